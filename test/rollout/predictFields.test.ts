import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Container } from "../../provider/cluster/podTemplate";
import { saysItself } from "../../provider/render/podLevel";
import { differences } from "../../provider/rollout/differences";
import { predictFields } from "../../provider/rollout/predictFields";
import { type CanonicalSettings, declarationFor } from "../../provider/settings/canonicalSettings";
import type { SettingValue } from "../../provider/settings/declarations";
import { samplePaths } from "../settings/settingSamples";
import { injectedFields, podTemplate } from "./injectedPod";

type Fields = Record<string, string | undefined>;

/** What changes on the pod's sidecar: field -> the new value. */
function changed(
  template: ReturnType<typeof podTemplate>,
  before: CanonicalSettings,
  after: CanonicalSettings,
): Fields {
  const predicted = predictFields(injectedFields, template, { before, after });
  return Object.fromEntries(differences(injectedFields, predicted).map(({ field, to }) => [field, to]));
}

const resourceAnnotation: Record<string, string> = { "sidecar.istio.io/proxyCPU": "1" };
const traffic = (name: string) => ({ [`traffic.sidecar.istio.io/${name}`]: "1" });
const config = (value: string) => ({ "proxy.istio.io/config": value });
const own = (name: string, fields: Partial<Container>): Container => ({ name, ...fields });
const ownArgs = [own("istio-init", { args: [] })];
const hook = { sleep: { seconds: 1 } };
const dnsNames = ["ISTIO_META_DNS_CAPTURE", "ISTIO_META_DNS_AUTO_ALLOCATE"];
const both = (value: string) =>
  Object.fromEntries(
    dnsNames.flatMap((name) =>
      ["istio-proxy env ", "istio-init env ", "PROXY_CONFIG proxyMetadata."].map((where) => [
        where + name,
        value,
      ]),
    ),
  );

interface Row {
  path: string;
  value: SettingValue;
  before?: CanonicalSettings;
  changes: Fields;
  maskedBy: [Record<string, string>, Container[]?][];
}

const amount = (group: string, kind: string, resource: string, value: string, changes: Fields): Row => ({
  path: `${group}.${kind}.${resource}`,
  value,
  changes,
  maskedBy: [
    [resourceAnnotation],
    [
      {},
      [
        own(group === "proxyResources" ? "istio-proxy" : "istio-init", {
          resources: { [kind]: { [resource]: "1" } },
        }),
      ],
    ],
  ],
});

const ownProxyArgs = [own("istio-proxy", { args: [] })];

const proxyConfig = (path: string, key: string, value: SettingValue): Row => {
  const found = declarationFor(path);
  const [sight] = found?.declaration.sights(found.name) ?? [];
  const at = sight?.in === "proxyConfig" ? sight.path.join(".") : "nowhere";
  return {
    path,
    value,
    changes: { [`PROXY_CONFIG ${at}`]: typeof value === "string" ? value : JSON.stringify(value) },
    maskedBy: [[config(`${key}: {}`)]],
  };
};

const variable = (path: string, name: string, value: SettingValue): Row => ({
  path,
  value,
  changes: Object.fromEntries(
    ["istio-proxy env ", "istio-init env ", "PROXY_CONFIG proxyMetadata."].map((where) => [
      where + name,
      String(value),
    ]),
  ),
  maskedBy: [[config(`proxyMetadata:\n  ${name}: "other"`)]],
});

const probe = (path: string, value: string): Row => {
  const [group = "", name = ""] = path.split(".");
  return {
    path,
    value,
    changes: { [`istio-proxy ${path}`]: value },
    maskedBy: [
      [{ [`readiness.status.sidecar.istio.io/${name}`]: "1" }],
      [{}, [own("istio-proxy", { [group]: { [name]: 1 } })]],
    ],
  };
};

const rows: Row[] = [
  ...(["limits.cpu", "requests.cpu", "limits.memory", "requests.memory"] as const).flatMap((field) => {
    const [kind = "", resource = ""] = field.split(".");
    const value = resource === "cpu" ? "3" : "3Gi";
    return [
      amount("proxyResources", kind, resource, value, {
        [`istio-proxy ${field}`]: value,
        [`istio-init ${field}`]: value,
      }),
      amount("initResources", kind, resource, value, { [`istio-init ${field}`]: value }),
    ];
  }),
  {
    path: "capture.includeOutboundIPRanges",
    value: "11.0.0.0/8",
    before: { "capture.includeOutboundIPRanges": "*" },
    changes: { "istio-init includeOutboundIPRanges": "11.0.0.0/8" },
    maskedBy: [[traffic("includeOutboundIPRanges")], [{}, ownArgs]],
  },
  {
    path: "capture.excludeOutboundIPRanges",
    value: "11.0.0.0/8",
    before: { "capture.excludeOutboundIPRanges": "10.0.0.0/8" },
    changes: { "istio-init excludeOutboundIPRanges": "11.0.0.0/8" },
    maskedBy: [[traffic("excludeOutboundIPRanges")], [{}, ownArgs]],
  },
  {
    path: "capture.includeInboundPorts",
    value: "80",
    before: { "capture.includeInboundPorts": "*" },
    changes: { "istio-init includeInboundPorts": "80" },
    maskedBy: [[traffic("includeInboundPorts")], [{}, ownArgs]],
  },
  {
    path: "capture.excludeInboundPorts",
    value: "7013",
    changes: { "istio-init excludeInboundPorts": "7013,15020,15021,15090" },
    maskedBy: [[traffic("excludeInboundPorts")], [{}, ownArgs]],
  },
  {
    path: "capture.includeOutboundPorts",
    value: "80",
    changes: { "istio-init includeOutboundPorts": "80" },
    maskedBy: [[traffic("includeOutboundPorts")], [{}, ownArgs]],
  },
  {
    path: "capture.excludeOutboundPorts",
    value: "80",
    changes: { "istio-init excludeOutboundPorts": "80" },
    maskedBy: [[traffic("excludeOutboundPorts")], [{}, ownArgs]],
  },
  {
    path: "lifecycle.postStart",
    value: hook,
    changes: { "istio-proxy lifecycle.postStart": JSON.stringify(hook) },
    maskedBy: [[{}, [own("istio-proxy", { lifecycle: { postStart: hook } })]]],
  },
  {
    path: "lifecycle.preStop",
    value: hook,
    changes: { "istio-proxy lifecycle.preStop": JSON.stringify(hook) },
    maskedBy: [[{}, [own("istio-proxy", { lifecycle: { preStop: hook } })]]],
  },
  {
    path: "terminationDrainDuration",
    value: "10s",
    changes: {
      "PROXY_CONFIG terminationDrainDuration": "10s",
      "istio-proxy env TERMINATION_DRAIN_DURATION_SECONDS": "10",
    },
    maskedBy: [[config("terminationDrainDuration: 5s")], [config('{"termination_drain_duration": "5s"}')]],
  },
  {
    path: "dnsProxy",
    value: true,
    changes: both("true"),
    maskedBy: [[config(dnsNames.map((name) => `${name}: "false"`).join("\n"))]],
  },
  {
    path: "capture.excludeInterfaces",
    value: "eth1",
    changes: { "istio-init excludeInterfaces": "eth1" },
    maskedBy: [[traffic("excludeInterfaces")], [{}, ownArgs]],
  },
  {
    path: "interceptionMode",
    value: "TPROXY",
    changes: {
      "istio-init interceptionMode": "TPROXY",
      "istio-proxy env ISTIO_META_INTERCEPTION_MODE": "TPROXY",
    },
    maskedBy: [
      [{ "sidecar.istio.io/interceptionMode": "REDIRECT" }],
      [config("interceptionMode: REDIRECT")],
      [config("interception_mode: REDIRECT")],
    ],
  },
  ...[
    proxyConfig("drainDuration", "drain_duration", "9s"),
    proxyConfig("concurrency", "concurrency", "3"),
    proxyConfig("statsMatcher.inclusionPrefixes", "proxy_stats_matcher", ["a"]),
    proxyConfig("statsMatcher.inclusionSuffixes", "proxyStatsMatcher", ["a"]),
    proxyConfig("statsMatcher.inclusionRegexps", "proxyStatsMatcher", ["a"]),
    proxyConfig("extraStatTags", "extra_stat_tags", ["a"]),
    proxyConfig("tracing.sampling", "tracing", "12.5"),
    proxyConfig("tracing.customTags.NAME", "tracing", { literal: { value: "a" } }),
    proxyConfig("runtimeValues.NAME", "runtime_values", "1"),
    variable("minimumDrainDuration", "MINIMUM_DRAIN_DURATION", "9s"),
    variable("exitOnZeroActiveConnections", "EXIT_ON_ZERO_ACTIVE_CONNECTIONS", true),
    variable("env.NAME", "NAME", "a"),
    probe("readinessProbe.initialDelaySeconds", "7"),
    probe("readinessProbe.periodSeconds", "7"),
    probe("readinessProbe.failureThreshold", "7"),
  ],
  {
    path: "startupProbe.enabled",
    value: false,
    before: { "startupProbe.enabled": true, "startupProbe.failureThreshold": "600" },
    changes: { "istio-proxy startupProbe": "false", "istio-proxy startupProbe.failureThreshold": undefined },
    maskedBy: [],
  },
  {
    path: "startupProbe.failureThreshold",
    value: "7",
    changes: { "istio-proxy startupProbe.failureThreshold": "7" },
    maskedBy: [[{}, [own("istio-proxy", { startupProbe: { failureThreshold: 5 } })]]],
  },
  {
    path: "logLevel",
    value: "debug",
    changes: { "istio-proxy proxyLogLevel": "debug" },
    maskedBy: [[{ "sidecar.istio.io/logLevel": "info" }], [{}, ownProxyArgs]],
  },
  {
    path: "componentLogLevel",
    value: "upstream:debug",
    changes: { "istio-proxy proxyComponentLogLevel": "upstream:debug" },
    maskedBy: [[{ "sidecar.istio.io/componentLogLevel": "a:info" }], [{}, ownProxyArgs]],
  },
  {
    path: "agentLogLevel",
    value: "debug",
    changes: { "istio-proxy log_output_level": "debug", "istio-init log_output_level": "debug" },
    maskedBy: [[{ "sidecar.istio.io/agentLogLevel": "info" }], [{}, ownProxyArgs]],
  },
  {
    path: "privileged",
    value: true,
    changes: { "istio-proxy securityContext.privileged": "true" },
    maskedBy: [[{}, [own("istio-proxy", { securityContext: { privileged: false } })]]],
  },
  {
    path: "seccompProfile",
    value: { type: "RuntimeDefault" },
    changes: { "istio-proxy securityContext.seccompProfile": '{"type":"RuntimeDefault"}' },
    maskedBy: [[{}, [own("istio-proxy", { securityContext: { seccompProfile: { type: "Unconfined" } } })]]],
  },
  {
    path: "enableCoreDump",
    value: true,
    changes: {},
    maskedBy: [[{ "sidecar.istio.io/enableCoreDump": "false" }]],
  },
  {
    path: "imageType",
    value: "debug",
    changes: { "istio-proxy image type": "debug" },
    maskedBy: [
      [{ "sidecar.istio.io/proxyImageType": "distroless" }],
      [{ "sidecar.istio.io/proxyImage": "mine:1" }],
      [{}, [own("istio-proxy", { image: "mine:1" })]],
    ],
  },
  {
    path: "imagePullPolicy",
    value: "Always",
    changes: { "istio-proxy imagePullPolicy": "Always", "istio-init imagePullPolicy": "Always" },
    maskedBy: [[{}, [own("istio-proxy", { imagePullPolicy: "Never" })]]],
  },
  {
    path: "nativeSidecar",
    value: true,
    changes: { "istio-proxy kind": "native" },
    maskedBy: [[{ "sidecar.istio.io/nativeSidecar": "false" }], [{}, [own("istio-proxy", {})]]],
  },
  {
    path: "holdApplicationUntilProxyStarts",
    value: true,
    changes: {},
    maskedBy: [
      [config("holdApplicationUntilProxyStarts: false")],
      [config("hold_application_until_proxy_starts: false")],
    ],
  },
  {
    path: "scaledResources",
    value: { percent: 50, of: "sum" },
    // the application says no amounts
    changes: {},
    maskedBy: [[resourceAnnotation]],
  },
  {
    path: "alwaysExclude.outboundIPRanges",
    value: "11.0.0.0/8",
    changes: { "istio-init excludeOutboundIPRanges": "10.0.0.0/8,11.0.0.0/8" },
    maskedBy: [[{}, ownArgs]],
  },
  {
    path: "alwaysExclude.inboundPorts",
    value: "9191",
    changes: { "istio-init excludeInboundPorts": "9191,15020,15021,15090" },
    maskedBy: [[{}, ownArgs]],
  },
  {
    path: "alwaysExclude.outboundPorts",
    value: "9191",
    changes: { "istio-init excludeOutboundPorts": "9191" },
    maskedBy: [[{}, ownArgs]],
  },
];

describe("the table of settings", () => {
  it("has a row for each of them", () => {
    assert.deepEqual(rows.map(({ path }) => path).sort(), [...samplePaths].sort());
  });
});

for (const { path, value, before = {}, changes, maskedBy } of rows) {
  describe(path, () => {
    const after = { ...before, [path]: value };

    it("changes on a pod that says nothing", () => {
      assert.deepEqual(changed(podTemplate(), before, after), changes);
    });

    it("changes nothing where it is as before", () => {
      assert.deepEqual(changed(podTemplate(), after, after), {});
    });

    for (const [annotations, containers] of maskedBy) {
      it(`is masked by ${[...Object.keys(annotations), ...(containers ?? []).map((one) => `an own ${one.name}`)].join()}`, () => {
        const found = declarationFor(path);
        assert.ok(found);
        const masked = changed(podTemplate(annotations, containers), before, after);
        // of a setting that says itself on every container nothing is left
        const saysAll = saysItself(found.declaration, found.name, podTemplate(annotations, containers));
        const resources = path.startsWith("proxyResources.");
        if (!resources) assert.equal(saysAll, Object.keys(masked).length === 0);
        assert.ok(!saysItself(found.declaration, found.name, podTemplate()));
        // an own istio-proxy says nothing of istio-init
        const left = containers?.[0]?.name === "istio-proxy" ? "istio-init " : "nothing";
        assert.deepEqual(
          masked,
          Object.fromEntries(Object.entries(changes).filter(([field]) => field.startsWith(left))),
        );
      });
    }
  });
}

describe("a prediction", () => {
  it("adds what is always excluded to the pod's own list", () => {
    const template = podTemplate({ "traffic.sidecar.istio.io/excludeInboundPorts": "15020,15090" });
    assert.deepEqual(changed(template, {}, { "alwaysExclude.inboundPorts": "9191" }), {
      "istio-init excludeInboundPorts": "9191,15020,15021,15090",
    });
  });

  it("leaves out a field whose setting goes without a weaker level: Istio's own value is not known", () => {
    const today = { ...injectedFields, "istio-proxy lifecycle.preStop": "{}" };
    const predicted = predictFields(today, podTemplate(), {
      before: { "lifecycle.preStop": hook },
      after: {},
    });
    assert.equal(predicted["istio-proxy lifecycle.preStop"], undefined);
  });

  it("gives the init container the proxy's amount once its own goes", () => {
    const before = { "initResources.limits.cpu": "2", "proxyResources.limits.cpu": "4" };
    assert.deepEqual(changed(podTemplate(), before, { "proxyResources.limits.cpu": "4" }), {
      "istio-init limits.cpu": "4",
    });
  });

  it("names no init container where there is none", () => {
    const today = { "istio-proxy limits.cpu": "2" };
    const after = { "proxyResources.limits.cpu": "3", dnsProxy: true, "capture.includeInboundPorts": "80" };
    const fields = Object.keys(predictFields(today, podTemplate(), { before: {}, after }));
    assert.deepEqual(
      fields.filter((field) => field.startsWith("istio-init")),
      [],
    );
  });

  it("is of the application's amounts where resources are in proportion; Istio's own come back unknown", () => {
    const template = podTemplate();
    const [app] = template.spec.containers;
    if (app) app.resources = { limits: { cpu: "1", memory: "1Gi" } };
    const scaled: CanonicalSettings = { scaledResources: { percent: 20, of: "largest" } };
    const weaker = { "proxyResources.limits.cpu": "3" };
    // the API server takes a limit for the request, too
    const to = {
      "istio-proxy limits.cpu": "200m",
      "istio-proxy requests.cpu": "200m",
      "istio-proxy limits.memory": "214748365",
      "istio-proxy requests.memory": "214748365",
    };
    assert.deepEqual(changed(template, {}, scaled), to);
    assert.deepEqual(changed(template, { ...scaled, ...weaker }, weaker), {
      "istio-proxy limits.cpu": "3",
      "istio-proxy limits.memory": undefined,
      "istio-proxy requests.cpu": undefined,
      "istio-proxy requests.memory": undefined,
    });
  });

  it("has a startup probe's number again once the probe comes back", () => {
    const today = predictFields(injectedFields, podTemplate(), {
      before: { "startupProbe.enabled": true },
      after: { "startupProbe.enabled": false },
    });
    const back = predictFields(today, podTemplate(), {
      before: { "startupProbe.enabled": false, "startupProbe.failureThreshold": "600" },
      after: { "startupProbe.enabled": true, "startupProbe.failureThreshold": "600" },
    });
    assert.equal(today["istio-proxy startupProbe.failureThreshold"], undefined);
    assert.deepEqual(back, injectedFields);
  });

  it("takes Istio's waiting hook away with hold, and never a hook of the settings'", () => {
    const wait = '{"exec":{"command":["pilot-agent","wait"]}}';
    const today = { ...injectedFields, "istio-proxy lifecycle.postStart": wait };
    const hold = { holdApplicationUntilProxyStarts: false };
    const predicted = (ours: CanonicalSettings) =>
      predictFields(today, podTemplate(), { before: ours, after: { ...ours, ...hold } });
    assert.equal(predicted({})["istio-proxy lifecycle.postStart"], undefined);
    const ours = { "lifecycle.postStart": { exec: { command: ["pilot-agent", "wait"] } } };
    assert.equal(predicted(ours)["istio-proxy lifecycle.postStart"], wait);
  });

  it("knows that the policy of a plain tag that was latest goes with a variant", () => {
    const today = {
      ...injectedFields,
      "istio-proxy imagePullPolicy": "Always",
      "istio-init imagePullPolicy": "Always",
    };
    const policies = (before: CanonicalSettings, after: CanonicalSettings) => {
      const fields = predictFields(today, podTemplate(), { before, after });
      return [fields["istio-proxy imagePullPolicy"], fields["istio-init imagePullPolicy"]];
    };
    assert.deepEqual(policies({}, { imageType: "debug" }), ["IfNotPresent", "IfNotPresent"]);
    assert.deepEqual(policies({ imageType: "debug" }, {}), [undefined, undefined]);
    const always = { imagePullPolicy: "Always" };
    assert.deepEqual(policies(always, { ...always, imageType: "debug" }), ["Always", "Always"]);
  });

  it("takes image: auto for Istio's own image", () => {
    const template = podTemplate({}, [own("istio-proxy", { image: "auto" })]);
    assert.deepEqual(changed(template, {}, { imageType: "debug" }), { "istio-proxy image type": "debug" });
  });

  it("keeps a variable of a container of the pod's own, and changes PROXY_CONFIG's and the other container's", () => {
    const env = dnsNames.map((name) => ({ name, value: "false" }));
    const fields = Object.keys(
      changed(podTemplate({}, [own("istio-proxy", { env })]), {}, { dnsProxy: true }),
    );
    assert.equal(fields.length, 4);
    assert.ok(!fields.some((field) => field.startsWith("istio-proxy env")), fields.join());
  });

  it("keeps a variable that the pod says itself, and changes the others", () => {
    const template = podTemplate(config('proxyMetadata:\n  ISTIO_META_DNS_CAPTURE: "false"'));
    const fields = Object.keys(changed(template, {}, { dnsProxy: true }));
    assert.ok(fields.length === 3 && fields.every((field) => field.includes("AUTO_ALLOCATE")), fields.join());
  });
});
