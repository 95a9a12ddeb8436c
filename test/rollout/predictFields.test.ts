import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Container } from "../../provider/cluster/podTemplate";
import { differences } from "../../provider/rollout/differences";
import { isMasked, predictFields } from "../../provider/rollout/predictFields";
import type { CanonicalSettings } from "../../provider/settings/canonicalSettings";
import { declarationOf, declarations, type SettingValue } from "../../provider/settings/declarations";
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
    maskedBy: [
      [config(dnsNames.map((name) => `${name}: "false"`).join("\n"))],
      [{}, [own("istio-proxy", { env: dnsNames.map((name) => ({ name, value: "false" })) })]],
    ],
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
    assert.deepEqual(rows.map(({ path }) => path).sort(), declarations.map(({ path }) => path).sort());
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
        const declaration = declarationOf.get(path);
        assert.ok(declaration && isMasked(declaration, podTemplate(annotations, containers)));
        assert.ok(!isMasked(declaration, podTemplate()));
        const masked = changed(podTemplate(annotations, containers), before, after);
        // an own istio-proxy says nothing of istio-init, which has the proxy's default amounts
        if (!path.startsWith("proxyResources.") || !containers) assert.deepEqual(masked, {});
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

  it("keeps a variable that the pod says itself, and changes the others", () => {
    const template = podTemplate(config('proxyMetadata:\n  ISTIO_META_DNS_CAPTURE: "false"'));
    const fields = Object.keys(changed(template, {}, { dnsProxy: true }));
    assert.ok(fields.length === 3 && fields.every((field) => field.includes("AUTO_ALLOCATE")), fields.join());
  });
});
