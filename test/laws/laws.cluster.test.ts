import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { compose, type InjectorData, type Layers, strip } from "../../provider/render/compose";
import { declarations } from "../../provider/settings/declarations";
import { parseSettings } from "../../provider/settings/parseSettings";
import type { SidecarSettings } from "../../provider/settings/SidecarSettings";
import { type Cluster, startCluster } from "../cluster/cluster";
import { Injection } from "./injection";
import { type IstioPod, istioPods } from "./istioPods";

const everything: SidecarSettings = {
  proxyResources: { limits: { cpu: 3, memory: "2Gi" }, requests: { cpu: "200m", memory: "256Mi" } },
  initResources: { limits: { cpu: "900m", memory: "512Mi" }, requests: { cpu: "20m", memory: "20Mi" } },
  capture: {
    includeOutboundIPRanges: ["10.0.0.0/8", "192.168.1.2/32"],
    excludeOutboundIPRanges: ["172.16.0.0/12"],
    includeInboundPorts: [8080, 9090],
    excludeInboundPorts: [7013],
    includeOutboundPorts: [7015],
    excludeOutboundPorts: [7011],
  },
  lifecycle: {
    postStart: { exec: { command: ["pilot-agent", "wait"] } },
    preStop: { exec: { command: ["/bin/sh", "-c", "echo \"{{ .Values }}: 'x'\"; sleep 13"] } },
  },
  terminationDrainDuration: "10s",
  dnsProxy: true,
  alwaysExclude: { outboundIPRanges: ["192.168.0.1/32"], inboundPorts: [15081, 9191], outboundPorts: [9999] },
};

/** The same as Helm values mesh-wide, for those settings that a Helm value can say. */
const asHelmValues = {
  resources: { limits: { cpu: "3", memory: "2Gi" }, requests: { cpu: "200m", memory: "256Mi" } },
  includeIPRanges: "10.0.0.0/8,192.168.1.2/32",
  excludeIPRanges: "172.16.0.0/12",
  includeInboundPorts: "8080,9090",
  excludeInboundPorts: "7013",
  includeOutboundPorts: "7015",
  excludeOutboundPorts: "7011",
  lifecycle: everything.lifecycle,
};

/** Istio's pods that choose templates other than the sidecar's: settings leave those alone. */
const otherTemplates = /^(gateway|grpc-|hello-template|custom-template|multiple-templates|sidecar-spire)/;

const installs = [
  { name: "native sidecars", options: { sidecars: "native" as const } },
  { name: "classic sidecars", options: { sidecars: "classic" as const } },
  {
    name: "Istio CNI",
    options: { sidecars: "native" as const, istioValues: ["values.pilot.cni.enabled=true"] },
  },
];

for (const { name, options } of installs) {
  describe(`the four laws, ${name}`, () => {
    let cluster: Cluster;
    let injection: Injection;
    let pods: IstioPod[];
    let untouched: Map<string, string>;

    before(async () => {
      cluster = await startCluster(options);
      injection = await Injection.open(cluster.kubeconfig, ["shop", "other"]);
      pods = await istioPods();
      untouched = await injection.inject(injection.installed, "shop", pods);
    });
    after(() => cluster?.stop());

    test("Istio's pods are all there, and injected", () => {
      assert.equal(pods.length, 101);
      const injected = [...untouched.values()].filter((pod) => pod.includes('"istio-proxy"'));
      assert.ok(injected.length > 80, `${injected.length} of ${pods.length} have a sidecar`);
    });

    test("1: without settings nothing changes on any pod", async () => {
      const empty = await injection.inject(layered(injection.installed, { elsewhere: {} }), "shop", pods);
      assert.deepEqual(changed(untouched, empty), []);
    });

    test("2: settings of a namespace are the same Helm values mesh-wide", async () => {
      const { capture, proxyResources, lifecycle } = everything;
      const settings = {
        ...(capture ? { capture } : {}),
        ...(proxyResources ? { proxyResources } : {}),
        ...(lifecycle ? { lifecycle } : {}),
      };
      const namespaced = await injection.inject(
        layered(injection.installed, { shop: settings }),
        "shop",
        pods,
      );
      const meshWide = await injection.inject(
        withHelmValues(injection.installed, asHelmValues),
        "shop",
        pods,
      );
      assert.deepEqual(
        changed(meshWide, namespaced).filter((pod) => !otherTemplates.test(pod)),
        [],
      );
      assert.ok(changed(untouched, namespaced).length > 70, "the settings reach pods");
    });

    for (const { path } of declarations.filter(
      ({ rendering }) => rendering.to === "proxyValue" || rendering.to === "proxyValueField",
    )) {
      test(`2, ${path} alone: the same Helm value mesh-wide`, async () => {
        const one = only(path);
        const namespaced = await injection.inject(layered(injection.installed, { shop: one }), "shop", pods);
        const meshWide = await injection.inject(
          withHelmValues(injection.installed, helmValueOf(path)),
          "shop",
          pods,
        );
        assert.deepEqual(
          changed(meshWide, namespaced).filter((pod) => !otherTemplates.test(pod)),
          [],
        );
        assert.ok(changed(untouched, namespaced).length > 0, "the setting reaches pods");
      });
    }

    test("3: settings of another namespace change nothing", async () => {
      const other = await injection.inject(layered(injection.installed, { other: everything }), "shop", pods);
      assert.deepEqual(changed(untouched, other), []);
    });

    test("every setting at once leaves every pod valid that was valid before", async () => {
      const all = await injection.inject(
        layered(injection.installed, { "*": everything, shop: everything }),
        "shop",
        pods,
      );
      const denied = [...all].filter(
        ([pod, result]) => result.startsWith("denied") && !untouched.get(pod)?.startsWith("denied"),
      );
      assert.deepEqual(denied, []);
    });

    test("4: taking every layer away gives the bytes back", () => {
      const composed = layered(injection.installed, { "*": everything, shop: everything, other: {} });
      assert.notEqual(composed.config, injection.installed.config);
      assert.deepEqual(strip(composed), injection.installed);
      assert.deepEqual(compose(composed, {}), injection.installed);
    });
  });
}

function layered(data: InjectorData, settings: Record<string, SidecarSettings>): InjectorData {
  const layers: Layers = Object.fromEntries(
    Object.entries(settings).map(([target, given]) => {
      const read = parseSettings(given);
      assert.deepEqual(read.problems, []);
      return [target, { owner: "test", settings: read.settings }];
    }),
  );
  return compose(data, layers);
}

function withHelmValues(data: InjectorData, proxy: Record<string, unknown>): InjectorData {
  const values = JSON.parse(data.values);
  const resources = merged(values.global.proxy.resources, proxy.resources);
  values.global.proxy = { ...values.global.proxy, ...proxy, ...(proxy.resources ? { resources } : {}) };
  return { config: data.config, values: JSON.stringify(values) };
}

function merged(weaker: Record<string, object> = {}, stronger: unknown = {}): Record<string, object> {
  const map = { ...weaker };
  for (const [key, value] of Object.entries(stronger as Record<string, object>))
    map[key] = { ...map[key], ...value };
  return map;
}

/** `everything` cut down to one setting. */
function only(path: string): SidecarSettings {
  return nest(
    path.split("."),
    path.split(".").reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], everything),
  );
}

function helmValueOf(path: string): Record<string, unknown> {
  const rendering = declarations.find((declaration) => declaration.path === path)?.rendering;
  assert.ok(rendering?.to === "proxyValue" || rendering?.to === "proxyValueField");
  const value = (asHelmValues as Record<string, unknown>)[rendering.key];
  if (rendering.to === "proxyValue") return { [rendering.key]: value };
  const field = rendering.field.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], value);
  return { [rendering.key]: nest(rendering.field, field) };
}

function nest(path: readonly string[], value: unknown): Record<string, unknown> {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Record<string, unknown>;
}

/** The pods that differ. */
function changed(left: Map<string, string>, right: Map<string, string>): string[] {
  assert.deepEqual([...left.keys()].sort(), [...right.keys()].sort());
  return [...left].filter(([pod, result]) => right.get(pod) !== result).map(([pod]) => pod);
}
