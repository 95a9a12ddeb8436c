import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { canonicalJson, digest } from "../../provider/data/canonicalJson";
import { effectiveValues, united } from "../../provider/levels/effectiveSettings";
import {
  effectiveOf,
  installedSettings,
  joinedStamp,
  type Profile,
  type ProfileSources,
  profileOf,
} from "../../provider/levels/Profile";
import { samplePaths, sampleSettings, sampleValue } from "../settings/settingSamples";

const nothing: ProfileSources = { installed: {} };

/** What a profile puts in place: where -> value. */
function written({ writes = [] }: Profile): Record<string, unknown> {
  return Object.fromEntries(writes.map(({ at, is }) => [at.join(" "), is]));
}

describe("a digest", () => {
  it("is the same whatever the order of keys, at any depth, and differs for any other content", () => {
    assert.equal(digest({ a: 1, b: { c: 2, d: [1, 2] } }), digest({ b: { d: [1, 2], c: 2 }, a: 1 }));
    assert.notEqual(digest({ a: [1, 2] }), digest({ a: [2, 1] }));
    assert.notEqual(digest({ a: 1 }), digest({ a: "1" }));
    assert.match(digest({}), /^[0-9a-f]{12}$/);
  });

  it("stays as it is from release to release: it stands on running pods", () => {
    assert.equal(digest({ fields: { resources: { limits: { cpu: "1" } } } }), "70dea2ae9e84");
  });

  it("is of JSON with sorted keys", () => {
    assert.equal(canonicalJson({ b: [{ d: 1, c: undefined }], a: null }), '{"a":null,"b":[{"d":1}]}');
  });
});

describe("a profile", () => {
  it("has each setting where the injector's template looks it up", () => {
    const profile = profileOf({ namespace: sampleSettings(1) });
    const { stamp, ...content } = profile;
    const amounts = (at: string) => ({
      [`${at} limits cpu`]: "1",
      [`${at} limits memory`]: "1Gi",
      [`${at} requests cpu`]: "1",
      [`${at} requests memory`]: "1Gi",
    });
    const [ranges, ports, texts] = ["10.1.0.0/16,192.168.1.0/24", "8001,9001", ["name1", "(a,b){1}"]];
    const sleep = { sleep: { seconds: 1 } };
    assert.deepEqual(written(profile), {
      ...amounts("global proxy resources"),
      "global proxy includeIPRanges": ranges,
      "global proxy excludeIPRanges": ranges,
      "global proxy includeInboundPorts": ports,
      "global proxy excludeInboundPorts": ports,
      "global proxy includeOutboundPorts": ports,
      "global proxy excludeOutboundPorts": ports,
      "annotations traffic.sidecar.istio.io/excludeInterfaces": "eth1,net1",
      "expression interceptionMode": "TPROXY",
      "always excludeIPRanges": ranges,
      "always excludeInboundPorts": ports,
      "always excludeOutboundPorts": ports,
      "global proxy lifecycle postStart": sleep,
      "global proxy lifecycle preStop": sleep,
      "expression hold": true,
      "global proxy holdApplicationUntilProxyStarts": true,
      "expression nativeSidecar": true,
      "global proxy readinessInitialDelaySeconds": "1",
      "global proxy readinessPeriodSeconds": "1",
      "global proxy readinessFailureThreshold": "1",
      "global proxy startupProbe enabled": true,
      "global proxy startupProbe failureThreshold": "1",
      "global proxy logLevel": "debug",
      "global proxy componentLogLevel": "upstream:debug,misc1:error",
      "global logging level": "default:warn,ads1:debug",
      "global proxy privileged": true,
      "global proxy enableCoreDump": true,
      "global proxy seccompProfile": { type: "Localhost", localhostProfile: "profiles/1.json" },
      "expression imageType": "distroless",
      "global imagePullPolicy": "IfNotPresent",
      ...amounts("init"),
      scaled: { percent: 1, of: "container", container: "api" },
      "proxyConfig holdApplicationUntilProxyStarts": true,
      "proxyConfig terminationDrainDuration": "1s",
      "env TERMINATION_DRAIN_DURATION_SECONDS": "1",
      "proxyConfig drainDuration": "1s",
      "metadata MINIMUM_DRAIN_DURATION": "1s",
      "metadata EXIT_ON_ZERO_ACTIVE_CONNECTIONS": "true",
      "metadata ISTIO_META_DNS_CAPTURE": "true",
      "metadata ISTIO_META_DNS_AUTO_ALLOCATE": "true",
      "proxyConfig concurrency": 1,
      "proxyConfig proxyStatsMatcher inclusionPrefixes": texts,
      "proxyConfig proxyStatsMatcher inclusionSuffixes": texts,
      "proxyConfig proxyStatsMatcher inclusionRegexps": texts,
      "proxyConfig extraStatTags": texts,
      "proxyConfig tracing sampling": 1.25,
      "proxyConfig tracing customTags NAME": { header: { name: "x-1", defaultValue: "none" } },
      "proxyConfig runtimeValues NAME": "1",
      "metadata NAME": "value 1",
    });
    assert.equal(stamp, digest(content));
  });

  it("leaves a pod's own part of ProxyConfig its own, in camel case and in snake case, and variables one by one", () => {
    const { writes = [] } = profileOf({ namespace: sampleSettings(1) });
    const own = Object.fromEntries(writes.flatMap((one) => (one.own ? [[one.at.join(" "), one.own]] : [])));
    const hold = "holdApplicationUntilProxyStarts|hold_application_until_proxy_starts";
    const matcher = "proxyStatsMatcher|proxy_stats_matcher";
    assert.deepEqual(own, {
      "expression interceptionMode": "interceptionMode|interception_mode",
      "expression hold": hold,
      "global proxy holdApplicationUntilProxyStarts": hold,
      "proxyConfig holdApplicationUntilProxyStarts": hold,
      "proxyConfig terminationDrainDuration": "terminationDrainDuration|termination_drain_duration",
      "env TERMINATION_DRAIN_DURATION_SECONDS":
        "terminationDrainDuration|termination_drain_duration|TERMINATION_DRAIN_DURATION_SECONDS",
      "proxyConfig drainDuration": "drainDuration|drain_duration",
      "metadata MINIMUM_DRAIN_DURATION": "MINIMUM_DRAIN_DURATION",
      "metadata EXIT_ON_ZERO_ACTIVE_CONNECTIONS": "EXIT_ON_ZERO_ACTIVE_CONNECTIONS",
      "metadata ISTIO_META_DNS_CAPTURE": "ISTIO_META_DNS_CAPTURE",
      "metadata ISTIO_META_DNS_AUTO_ALLOCATE": "ISTIO_META_DNS_AUTO_ALLOCATE",
      "proxyConfig concurrency": "concurrency",
      "proxyConfig proxyStatsMatcher inclusionPrefixes": matcher,
      "proxyConfig proxyStatsMatcher inclusionSuffixes": matcher,
      "proxyConfig proxyStatsMatcher inclusionRegexps": matcher,
      "proxyConfig extraStatTags": "extraStatTags|extra_stat_tags",
      "proxyConfig tracing sampling": "tracing",
      "proxyConfig tracing customTags NAME": "tracing",
      "proxyConfig runtimeValues NAME": "runtimeValues|runtime_values",
      "metadata NAME": "NAME",
    });
    assert.deepEqual(
      writes.flatMap(({ at, placed }) => (placed ? [at.join(" ")] : [])),
      ["expression nativeSidecar"],
    );
  });

  it("has what global and namespace say, the namespace's first, and not what Istio was installed with", () => {
    const sources: ProfileSources = {
      installed: { "proxyResources.limits.cpu": "2" },
      global: { "proxyResources.limits.memory": "1Gi", "capture.includeInboundPorts": "*" },
      namespace: { "capture.includeInboundPorts": "80" },
    };
    assert.deepEqual(written(profileOf(sources)), {
      "global proxy resources limits memory": "1Gi",
      "global proxy includeInboundPorts": "80",
    });
  });

  it("keeps an empty list and false, which are values", () => {
    const profile = profileOf({ namespace: { "capture.excludeInboundPorts": "", dnsProxy: false } });
    assert.deepEqual(written(profile), {
      "global proxy excludeInboundPorts": "",
      "metadata ISTIO_META_DNS_CAPTURE": "false",
      "metadata ISTIO_META_DNS_AUTO_ALLOCATE": "false",
    });
  });

  it("replaces an installed hook as a whole, and leaves the other out", () => {
    const hook = { exec: { command: ["drain"] } };
    assert.deepEqual(written(profileOf({ namespace: { "lifecycle.preStop": hook } })), {
      "global proxy lifecycle preStop": hook,
    });
  });

  it("has open settings by their names, dots included", () => {
    const namespace = {
      "runtimeValues.a.b": "1",
      "env.A": "x",
      "tracing.customTags.t.u": { literal: { value: "v" } },
    };
    assert.deepEqual(
      profileOf({ namespace }).writes?.map(({ at }) => at),
      [
        ["proxyConfig", "tracing", "customTags", "t.u"],
        ["proxyConfig", "runtimeValues", "a.b"],
        ["metadata", "A"],
      ],
    );
  });

  it("without settings has a stamp and nothing else", () => {
    assert.deepEqual(profileOf({}), { stamp: digest({}) });
  });

  it("has another stamp for each setting, and the same one whatever the order of settings", () => {
    const stamps = samplePaths.map(
      (path) => profileOf({ namespace: { [path]: sampleValue(path, 1) } }).stamp,
    );
    assert.equal(new Set(stamps).size, samplePaths.length);
    const settings = sampleSettings(1);
    assert.equal(
      profileOf({ namespace: settings }).stamp,
      profileOf({ namespace: Object.fromEntries(Object.entries(settings).reverse()) }).stamp,
    );
  });
});

describe("what Istio was installed with", () => {
  it("is read in canonical form; what settings can't say is left to Istio", () => {
    assert.deepEqual(
      installedSettings({
        proxy: {
          resources: { limits: { cpu: "2000m", memory: "1024Mi" }, requests: { cpu: "0.1", gpu: 1 } },
          includeIPRanges: "*",
          excludeIPRanges: "",
          excludeInboundPorts: null,
          includeInboundPorts: "8000-9000",
          lifecycle: { preStop: { sleep: { seconds: 5 } }, postStart: {} },
          image: "proxyv2",
          readinessInitialDelaySeconds: 0,
          startupProbe: { enabled: true, failureThreshold: 600 },
          logLevel: "warning",
          privileged: false,
        },
        logging: { level: "default:info" },
        imagePullPolicy: "",
        hub: "docker.io/istio",
      }),
      {
        "proxyResources.limits.cpu": "2",
        "proxyResources.limits.memory": "1Gi",
        "proxyResources.requests.cpu": "100m",
        "capture.includeOutboundIPRanges": "*",
        "capture.excludeOutboundIPRanges": "",
        "lifecycle.preStop": { sleep: { seconds: 5 } },
        "readinessProbe.initialDelaySeconds": "0",
        "startupProbe.enabled": true,
        "startupProbe.failureThreshold": "600",
        logLevel: "warning",
        agentLogLevel: "default:info",
        privileged: false,
      },
    );
  });

  it("is empty where the values are not a map", () => {
    for (const no of [undefined, null, "", [], 5]) {
      assert.deepEqual(installedSettings(no), {});
      assert.deepEqual(installedSettings({ proxy: no }), {});
    }
  });

  it("is the weakest level", () => {
    const effective = effectiveOf({
      installed: { "proxyResources.limits.cpu": "2", "proxyResources.limits.memory": "1Gi" },
      global: { "proxyResources.limits.cpu": "1" },
    });
    assert.deepEqual(effectiveValues(effective), {
      "proxyResources.limits.cpu": "1",
      "proxyResources.limits.memory": "1Gi",
    });
    assert.equal(effective["proxyResources.limits.memory"]?.source, "installed");
  });
});

describe("workload settings", () => {
  it("are stronger than the namespace's, the last the strongest", () => {
    const effective = effectiveOf({
      installed: { logLevel: "warning" },
      namespace: { logLevel: "info", dnsProxy: true, "env.A": "1" },
      workloads: [{ logLevel: "debug", "env.A": "2" }, { "env.A": "3" }],
    });
    assert.deepEqual(effectiveValues(effective), { dnsProxy: true, logLevel: "debug", "env.A": "3" });
    assert.deepEqual(
      Object.values(effective).map(({ source }) => source),
      ["namespace", "workload", "workload"],
    );
  });

  it("follow the namespace's in a pod's stamp; pods that no settings reach have no stamp", () => {
    assert.equal(joinedStamp(["a", "b", "c"]), "a.b.c");
    assert.equal(joinedStamp(["", "b"]), "b");
    assert.equal(joinedStamp(["", ""]), "");
    assert.equal(joinedStamp([]), "");
  });
});

describe("the list of everything excluded", () => {
  it("has what is always excluded first, and each entry once", () => {
    const values = effectiveValues(
      effectiveOf({
        ...nothing,
        global: { "alwaysExclude.inboundPorts": "9191" },
        namespace: { "capture.excludeInboundPorts": "7013,9191", "alwaysExclude.inboundPorts": "7014" },
      }),
    );
    const [always = "", own = ""] = ["alwaysExclude.inboundPorts", "capture.excludeInboundPorts"].map(
      (path) => values[path],
    );
    assert.equal(united(always, own), "9191,7014,7013");
    assert.equal(united("", ""), "");
  });
});
