import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { effectiveValues } from "../../provider/levels/effectiveSettings";
import {
  canonicalJson,
  digest,
  effectiveOf,
  installedSettings,
  type ProfileSources,
  profileOf,
  unitedList,
} from "../../provider/render/Profile";
import { declarations } from "../../provider/settings/declarations";
import { sampleValue } from "../settings/settingSamples";

const nothing: ProfileSources = { installed: {}, installedProxy: {} };

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
  it("has each setting where the injector's templates look it up", () => {
    const namespace = Object.fromEntries(declarations.map(({ path }) => [path, sampleValue(path, 1)]));
    const { stamp, ...content } = profileOf({ ...nothing, namespace });
    const amounts = { limits: { cpu: "1", memory: "1Gi" }, requests: { cpu: "1", memory: "1Gi" } };
    const [ranges, ports] = ["10.1.0.0/16,192.168.1.0/24", "8001,9001"];
    assert.deepEqual(content, {
      fields: { resources: amounts },
      initResources: amounts,
      values: {
        includeIPRanges: ranges,
        excludeIPRanges: ranges,
        includeInboundPorts: ports,
        excludeInboundPorts: ports,
        includeOutboundPorts: ports,
        excludeOutboundPorts: ports,
        lifecycle: { postStart: { sleep: { seconds: 1 } }, preStop: { sleep: { seconds: 1 } } },
      },
      proxyConfig: {
        terminationDrainDuration: {
          value: "1s",
          alias: "termination_drain_duration",
          env: { TERMINATION_DRAIN_DURATION_SECONDS: "1" },
        },
      },
      metadata: { ISTIO_META_DNS_CAPTURE: "true", ISTIO_META_DNS_AUTO_ALLOCATE: "true" },
      always: { excludeIPRanges: ranges, excludeInboundPorts: ports, excludeOutboundPorts: ports },
    });
    assert.equal(stamp, digest(content));
  });

  it("has what global and namespace say, the namespace's first, and not what Istio was installed with", () => {
    const profile = profileOf({
      installed: { "proxyResources.limits.cpu": "2" },
      installedProxy: { resources: { limits: { cpu: "2" } } },
      global: { "proxyResources.limits.memory": "1Gi", "capture.includeInboundPorts": "*" },
      namespace: { "capture.includeInboundPorts": "80" },
    });
    assert.deepEqual(profile.fields, { resources: { limits: { memory: "1Gi" } } });
    assert.deepEqual(profile.values, { includeInboundPorts: "80" });
  });

  it("keeps an empty list and false, which are values", () => {
    const profile = profileOf({
      ...nothing,
      namespace: { "capture.excludeInboundPorts": "", dnsProxy: false },
    });
    assert.deepEqual(profile.values, { excludeInboundPorts: "" });
    assert.equal(profile.metadata?.ISTIO_META_DNS_CAPTURE, "false");
  });

  it("replaces one hook that Istio was installed with, keeps the other, and changes no argument", () => {
    const installedProxy = {
      lifecycle: { postStart: { exec: { command: ["wait"] } }, preStop: { sleep: { seconds: 9 } } },
    };
    const before = structuredClone(installedProxy);
    const profile = profileOf({
      installed: {},
      installedProxy,
      namespace: { "lifecycle.preStop": { exec: { command: ["drain"] } } },
    });
    assert.deepEqual(profile.values?.lifecycle, {
      postStart: { exec: { command: ["wait"] } },
      preStop: { exec: { command: ["drain"] } },
    });
    assert.deepEqual(installedProxy, before);
  });

  it("without settings has a stamp and nothing else", () => {
    assert.deepEqual(profileOf(nothing), { stamp: digest({}) });
  });

  it("has another stamp for each setting, and the same one whatever the order of settings", () => {
    const stamps = declarations.map(
      ({ path }) => profileOf({ ...nothing, namespace: { [path]: sampleValue(path, 1) } }).stamp,
    );
    assert.equal(new Set(stamps).size, declarations.length);
    const settings = declarations.map(({ path }) => [path, sampleValue(path, 1)] as const);
    assert.equal(
      profileOf({ ...nothing, namespace: Object.fromEntries(settings) }).stamp,
      profileOf({ ...nothing, namespace: Object.fromEntries([...settings].reverse()) }).stamp,
    );
  });
});

describe("what Istio was installed with", () => {
  it("is read in canonical form; what settings can't say is left to Istio", () => {
    assert.deepEqual(
      installedSettings({
        resources: { limits: { cpu: "2000m", memory: "1024Mi" }, requests: { cpu: "0.1", gpu: 1 } },
        includeIPRanges: "*",
        excludeIPRanges: "",
        excludeInboundPorts: null,
        includeInboundPorts: "8000-9000",
        lifecycle: { preStop: { sleep: { seconds: 5 } }, postStart: {} },
        image: "proxyv2",
      }),
      {
        "proxyResources.limits.cpu": "2",
        "proxyResources.limits.memory": "1Gi",
        "proxyResources.requests.cpu": "100m",
        "capture.includeOutboundIPRanges": "*",
        "capture.excludeOutboundIPRanges": "",
        "lifecycle.preStop": { sleep: { seconds: 5 } },
      },
    );
  });

  it("is nothing where the values are no map", () => {
    for (const proxy of [undefined, null, "", [], 5]) assert.deepEqual(installedSettings(proxy), {});
  });

  it("is the weakest level", () => {
    const effective = effectiveOf({
      installed: { "proxyResources.limits.cpu": "2", "proxyResources.limits.memory": "1Gi" },
      installedProxy: {},
      global: { "proxyResources.limits.cpu": "1" },
    });
    assert.deepEqual(effectiveValues(effective), {
      "proxyResources.limits.cpu": "1",
      "proxyResources.limits.memory": "1Gi",
    });
    assert.equal(effective["proxyResources.limits.memory"]?.source, "installed");
  });
});

describe("the list of everything excluded", () => {
  it("has what is always excluded first, and each entry once", () => {
    const effective = effectiveOf({
      ...nothing,
      global: { "alwaysExclude.inboundPorts": "9191" },
      namespace: { "capture.excludeInboundPorts": "7013,9191", "alwaysExclude.inboundPorts": "7014" },
    });
    assert.equal(unitedList(effective, "excludeInboundPorts"), "9191,7014,7013");
    assert.equal(unitedList(effective, "excludeIPRanges"), "");
  });
});
