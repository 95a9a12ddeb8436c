import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { NamespaceInventory } from "../../provider/mesh/Inventory";
import { importedSettings } from "../../provider/mesh/importedSettings";
import { readPlatformFile } from "../../provider/platformFile/readPlatformFile";
import { importedFile } from "../../provider/report/importReport";

const namespace = (given: Partial<NamespaceInventory> & { name: string }): NamespaceInventory => ({
  workloads: [],
  asmTemplates: [],
  proxyConfigs: [],
  ...given,
});
const imported = (...namespaces: NamespaceInventory[]) =>
  importedSettings({ rootNamespace: "istio-system", namespaces, notes: [] });
const workload = (name: string, annotations: Record<string, string>) => ({ name, annotations });
const custom = (kind: string, name: string, spec: Record<string, unknown>, created = "2026-01-01") => ({
  kind,
  name,
  created,
  spec,
});

describe("what import takes over", () => {
  it("is annotations that every workload of a namespace has with the same value", () => {
    const { namespaces, leftAlone } = imported(
      namespace({
        name: "shop",
        workloads: [
          workload("Deployment/api", {
            "traffic.sidecar.istio.io/excludeInboundPorts": "8080,9090",
            "sidecar.istio.io/proxyCPULimit": "1",
            "proxy.istio.io/config":
              "terminationDrainDuration: 15s\nproxyMetadata:\n  ISTIO_META_DNS_CAPTURE: 'true'\n  ISTIO_META_DNS_AUTO_ALLOCATE: 'true'\n",
            "traffic.sidecar.istio.io/excludeOutboundPorts": "3306",
          }),
          workload("Deployment/web", {
            "traffic.sidecar.istio.io/excludeInboundPorts": "8080,9090",
            "sidecar.istio.io/proxyCPULimit": "2",
            "proxy.istio.io/config":
              "terminationDrainDuration: 15s\nproxyMetadata: {ISTIO_META_DNS_CAPTURE: 'true', ISTIO_META_DNS_AUTO_ALLOCATE: 'true'}",
          }),
        ],
      }),
    );
    assert.deepEqual(namespaces, {
      shop: {
        capture: { excludeInboundPorts: "8080,9090" },
        terminationDrainDuration: "15s",
        dnsProxy: true,
      },
    });
    assert.deepEqual(
      leftAlone.map(({ where, says }) => `${where}: ${says}`),
      [
        "shop: annotation sidecar.istio.io/proxyCPULimit: 2 workloads have it, with different values (proxyResources.limits.cpu)",
        "shop: annotation traffic.sidecar.istio.io/excludeOutboundPorts: 1 of 2 workloads have it (capture.excludeOutboundPorts)",
      ],
    );
  });

  it("is what Alibaba Cloud Service Mesh's objects say, but for those of some workloads", () => {
    const kind = "ASMCustomProxyConfigInjectionTemplate";
    const { namespaces, leftAlone } = imported(
      namespace({
        name: "shop",
        asmTemplates: [
          custom(kind, "default", {
            configPatches: {
              sidecarProxyResourceLimit: { resourceCPULimit: "2", resourceMemoryLimit: "1025Mi" },
              excludeInboundPorts: "7013,7014",
              istioDNSProxyEnabled: true,
              terminationDrainDuration: "10s",
              lifecycle: { preStop: { exec: { command: ["sleep", "5"] } } },
              smcConfiguration: { enabled: true },
              includeOutboundPorts: "not a port",
            },
          }),
          custom(kind, "api", { workloadSelector: { labels: { app: "api" } }, configPatches: {} }),
        ],
      }),
    );
    assert.deepEqual(namespaces.shop, {
      proxyResources: { limits: { cpu: "2", memory: "1025Mi" } },
      capture: { excludeInboundPorts: "7013,7014" },
      lifecycle: { preStop: { exec: { command: ["sleep", "5"] } } },
      terminationDrainDuration: "10s",
      dnsProxy: true,
    });
    assert.match(leftAlone.map(({ says }) => says).join("\n"), /includeOutboundPorts: found "not a port"/);
    assert.match(
      leftAlone.map(({ says }) => says).join("\n"),
      /smcConfiguration\.enabled: no setting says it/,
    );
    assert.match(leftAlone.map(({ says }) => says).join("\n"), /is for some workloads, by a selector/);
  });

  it("is the variables of the oldest ProxyConfig; that of Istio's own namespace is global", () => {
    const variables = { ISTIO_META_DNS_CAPTURE: "true", ISTIO_META_DNS_AUTO_ALLOCATE: "true" };
    const { global, namespaces, leftAlone } = imported(
      namespace({
        name: "istio-system",
        proxyConfigs: [custom("ProxyConfig", "default", { environmentVariables: variables })],
      }),
      namespace({
        name: "shop",
        proxyConfigs: [
          custom("ProxyConfig", "newer", { environmentVariables: variables }, "2026-02-01"),
          custom("ProxyConfig", "older", { image: { imageType: "debug" } }, "2026-01-01"),
          custom("ProxyConfig", "some", { selector: { matchLabels: { app: "a" } } }),
        ],
      }),
    );
    assert.deepEqual(global, { dnsProxy: true });
    assert.deepEqual(namespaces, {});
    assert.match(leftAlone.map(({ says }) => says).join("\n"), /image: no setting says it/);
    assert.match(leftAlone.map(({ says }) => says).join("\n"), /Istio uses the oldest one/);
  });

  it("is nothing where a namespace has settings already, and nothing that contradicts itself", () => {
    const annotations = {
      "traffic.sidecar.istio.io/includeInboundPorts": "80",
      "traffic.sidecar.istio.io/excludeInboundPorts": "80",
      "traffic.sidecar.istio.io/excludeOutboundPorts": "443",
    };
    const owned = namespace({
      name: "cart",
      owner: "a/b/c:d",
      workloads: [workload("Deployment/a", annotations)],
    });
    const { namespaces, leftAlone } = imported(
      namespace({ name: "shop", workloads: [workload("Deployment/a", annotations)] }),
      owned,
    );
    assert.deepEqual(namespaces, {
      shop: { capture: { includeInboundPorts: "80", excludeOutboundPorts: "443" } },
    });
    assert.match(leftAlone.map(({ says }) => says).join("\n"), /has settings of a\/b\/c:d already/);
    assert.match(
      leftAlone.map(({ says }) => says).join("\n"),
      /found 80 in capture\.includeInboundPorts as well/,
    );
  });

  it("leaves alone what no settings file can hold", () => {
    const { namespaces, leftAlone } = imported(
      namespace({
        name: "shop",
        proxyConfigs: [
          custom("ProxyConfig", "one", {
            environmentVariables: { A: "b\0", B: "c" },
            concurrency: { toString: 1 },
          }),
        ],
        asmTemplates: [
          custom("ASM", "deep", {
            configPatches: JSON.parse(`${'{"a":'.repeat(9_000)}1${"}".repeat(9_000)}`),
          }),
        ],
      }),
    );
    assert.deepEqual(namespaces, { shop: { env: { B: "c" } } });
    assert.deepEqual(
      leftAlone.map(({ where, says }) => `${where}: ${says.slice(0, 44)}`),
      [
        'shop/ProxyConfig/one: concurrency: found {"toString":1}; wanted a ',
        'shop/ProxyConfig/one: variable A: found "b\\u0000"; wanted text wit',
        "shop/ASM/deep: is nested deeper than any setting",
      ],
    );
  });

  it("is written as a file that the platform stack reads, hostile text as comments of one line", () => {
    const found = imported(
      namespace({
        name: "shop",
        workloads: [workload("Deployment/a", { "traffic.sidecar.istio.io/excludeInboundPorts": "80" })],
        asmTemplates: [custom("ASM", "x\nglobal: {}", { configPatches: { odd: 1 } })],
      }),
    );
    const text = importedFile(found, "https://cluster");
    assert.deepEqual(Object.keys(readPlatformFile(text, "settings.yaml").namespaces), ["shop"]);
    assert.match(text, /^# {3}shop\/ASM\/x\\u000aglobal: \{\}: odd: no setting says it$/m);
    assert.match(importedFile(imported(), "https://cluster"), /# nothing that settings could say\n$/);
  });
});
