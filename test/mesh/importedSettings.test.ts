import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { valueAt } from "../../provider/data/valueAt";
import type { NamespaceInventory } from "../../provider/mesh/Inventory";
import { importedSettings } from "../../provider/mesh/importedSettings";
import { readPlatformFile } from "../../provider/platformFile/readPlatformFile";
import { importedFile } from "../../provider/report/importReport";
import { declarations } from "../../provider/settings/declarations";
import { everything } from "../laws/lawSettings";

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

const sampleOf = (path: string) => valueAt(everything, path.split(".")) ?? "1";
function nestedFields(paths: readonly (readonly string[])[], value: unknown): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const path of paths) {
    let at = root;
    for (const key of path.slice(0, -1)) {
      at[key] ??= {};
      at = at[key] as Record<string, unknown>;
    }
    at[path.at(-1) ?? ""] = value;
  }
  return root;
}

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

  it("is what Alibaba Cloud Service Mesh's objects say", () => {
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
    assert.match(
      leftAlone.map(({ says }) => says).join("\n"),
      /includeOutboundPorts: expected .*, got "not a port"\./,
    );
    assert.match(
      leftAlone.map(({ says }) => says).join("\n"),
      /smcConfiguration\.enabled: there is no setting for it/,
    );
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
        ],
      }),
    );
    assert.deepEqual(global, { dnsProxy: true });
    assert.deepEqual(namespaces, { shop: { imageType: "debug" } });
    assert.match(leftAlone.map(({ says }) => says).join("\n"), /Istio uses the oldest one/);
  });

  it("is every field of Alibaba Cloud Service Mesh's objects for which there is a setting", () => {
    const kind = "ASMCustomProxyConfigInjectionTemplate";
    const amounts = (limit: string) => ({ resourceCPULimit: limit, resourceMemoryLimit: "100Mi" });
    const { namespaces, leftAlone } = imported(
      namespace({
        name: "asm",
        asmTemplates: [
          custom(kind, "default", {
            configPatches: {
              sidecarProxyInitResourceLimit: amounts("1"),
              sidecarProxyInitResourceRequest: {
                resourceCPURequest: "60m",
                resourceMemoryRequest: "30Mi",
              },
              terminationDrainDuration: "15s",
              readinessInitialDelaySeconds: 3,
              readinessPeriodSeconds: "5",
              readinessFailureThreshold: 30,
              proxyMetadata: { EXIT_ON_ZERO_ACTIVE_CONNECTIONS: "true", MY_TEAM: "payments" },
              proxyStatsMatcher: {
                inclusionPrefixes: ["cluster.outbound"],
                inclusionRegexps: [".*upstream_rq.*"],
              },
              tracing: { sampling: 10, custom_tags: { team: { literal: { value: "payments" } } } },
              runtimeValues: { "overload.global_downstream_max_connections": "50000" },
              scaledSidecarResource: { resourceConfigSource: "PercentageSum", resourcePercentage: 20 },
              excludeOutboundIPRanges: "10.1.2.3/16, 10.1.0.0/16,",
              smcConfiguration: { enabled: true },
            },
          }),
        ],
      }),
    );
    assert.deepEqual(namespaces.asm, {
      initResources: {
        limits: { cpu: "1", memory: "100Mi" },
        requests: { cpu: "60m", memory: "30Mi" },
      },
      scaledResources: { percent: 20, of: "sum" },
      capture: { excludeOutboundIPRanges: "10.1.0.0/16" },
      terminationDrainDuration: "15s",
      exitOnZeroActiveConnections: true,
      readinessProbe: { initialDelaySeconds: "3", periodSeconds: "5", failureThreshold: "30" },
      statsMatcher: { inclusionPrefixes: ["cluster.outbound"], inclusionRegexps: [".*upstream_rq.*"] },
      tracing: { sampling: "10", customTags: { team: { literal: { value: "payments" } } } },
      runtimeValues: { "overload.global_downstream_max_connections": "50000" },
      env: { MY_TEAM: "payments" },
    });
    assert.deepEqual(
      leftAlone.map(({ says }) => says),
      ["smcConfiguration.enabled: there is no setting for it"],
    );
  });

  it("has every declared field of the foreign objects", () => {
    const kinds = { asm: "asmTemplates", ProxyConfig: "proxyConfigs" } as const;
    for (const declaration of declarations) {
      for (const { in: place, paths, read } of declaration.foreign("NAME")) {
        if (place === "annotation" || read) continue;
        const fields = nestedFields(paths, sampleOf(declaration.path));
        const spec = place === "asm" ? { configPatches: fields } : fields;
        const { leftAlone } = imported(
          namespace({ name: "a", [kinds[place]]: [custom(place, "one", spec)] }),
        );
        const unknown = leftAlone.filter(({ says }) => says.includes("there is no setting"));
        assert.deepEqual(unknown, [], `${declaration.path} in ${place}`);
      }
    }
  });

  it("turns selectors into workloads, the older of two objects first", () => {
    const kind = "ASMCustomProxyConfigInjectionTemplate";
    const labels = { app: "checkout" };
    const found = imported(
      namespace({
        name: "shop",
        asmTemplates: [
          custom(kind, "checkout", {
            workloadSelector: { labels },
            configPatches: { concurrency: 4, logLevel: "debug" },
          }),
          custom(kind, "search", {
            workloadSelector: { labels: { app: "search" } },
            configPatches: { concurrency: "2" },
          }),
        ],
        proxyConfigs: [
          custom(
            "ProxyConfig",
            "checkout",
            { selector: { matchLabels: labels }, concurrency: 1 },
            "2026-01-01",
          ),
          custom(
            "ProxyConfig",
            "newer",
            { selector: { matchLabels: labels }, image: { imageType: "distroless" } },
            "2026-02-01",
          ),
          custom("ProxyConfig", "odd", { selector: { matchLabels: { "a b": "c" } }, concurrency: 1 }),
        ],
      }),
    );
    const selector = { matchLabels: labels };
    assert.deepEqual(found.workloads, {
      newer: { namespace: "shop", selector, settings: { imageType: "distroless" } },
      checkout: { namespace: "shop", selector, priority: 1, settings: { concurrency: "1" } },
      "shop-checkout": {
        namespace: "shop",
        selector,
        priority: 2,
        settings: { logLevel: "debug", concurrency: "4" },
      },
      search: {
        namespace: "shop",
        selector: { matchLabels: { app: "search" } },
        settings: { concurrency: "2" },
      },
    });
    assert.match(found.leftAlone[0]?.says ?? "", /^its selector: expected a label's key/);
    const file = readPlatformFile(importedFile(found, "https://cluster"), "settings.yaml");
    assert.equal(file.workloads["shop-checkout"]?.priority, 2);
  });

  it("brings the forms of an annotation to one value, each setting once", () => {
    const both = {
      "traffic.sidecar.istio.io/includeInboundPorts": "*",
      "traffic.sidecar.istio.io/excludeInboundPorts": "9300, 9200,,9300",
      "traffic.sidecar.istio.io/excludeOutboundIPRanges": "10.1.2.3/16,169.254.169.254/32",
      "sidecar.istio.io/logLevel": "warning",
      "sidecar.istio.io/statsInclusionPrefixes": "cluster.outbound,listener",
    };
    const { namespaces, taken, leftAlone } = imported(
      namespace({
        name: "forms",
        workloads: [
          workload("Deployment/elastic", {
            ...both,
            "sidecar.istio.io/proxyCPU": "0.25",
            "proxy.istio.io/config":
              '{"holdApplicationUntilProxyStarts": true, "concurrency": "2", "terminationDrainDuration": "30s", "tracing": {"sampling": 100.0}}',
          }),
          workload("StatefulSet/db", {
            ...both,
            "traffic.sidecar.istio.io/excludeInboundPorts": "9200,9300",
            "sidecar.istio.io/proxyCPU": "250m",
            "proxy.istio.io/config":
              "# waits\nhold_application_until_proxy_starts: true\nconcurrency: 2\ntermination_drain_duration: 30s\ntracing: { sampling: 100 }\n",
          }),
        ],
      }),
    );
    assert.deepEqual(namespaces.forms, {
      proxyResources: { requests: { cpu: "250m" } },
      capture: {
        includeInboundPorts: "*",
        excludeInboundPorts: "9300,9200",
        excludeOutboundIPRanges: "10.1.0.0/16,169.254.169.254/32",
      },
      terminationDrainDuration: "30s",
      logLevel: "warning",
      concurrency: "2",
      statsMatcher: { inclusionPrefixes: ["cluster.outbound", "listener"] },
      tracing: { sampling: "100" },
    });
    // it needs nativeSidecar, which no annotation says
    assert.deepEqual(
      leftAlone.map(({ says }) => says.split(":")[0]),
      ["holdApplicationUntilProxyStarts"],
    );
    assert.doesNotMatch(taken.map(({ says }) => says).join("\n"), /hold/);
  });

  it("skips namespaces that have settings already, and contradictions", () => {
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
    assert.match(leftAlone.map(({ says }) => says).join("\n"), /already has settings, owned by a\/b\/c:d/);
    assert.match(
      leftAlone.map(({ says }) => says).join("\n"),
      /got 80, also in capture\.includeInboundPorts/,
    );
  });

  it("leaves annotations alone that no setting can replace, with the reason", () => {
    const { namespaces, leftAlone } = imported(
      namespace({
        name: "shop",
        workloads: [
          workload("Deployment/a", {
            "sidecar.istio.io/proxyImage": "mine:1",
            "proxy.istio.io/config":
              "proxyMetadata: {ISTIO_META_DNS_CAPTURE: 'true', ISTIO_META_DNS_AUTO_ALLOCATE: 'false', POD_NAME: x}",
          }),
        ],
      }),
    );
    assert.deepEqual(namespaces, {});
    assert.deepEqual(
      leftAlone.map(({ where, says }) => `${where}: ${says}`),
      [
        `shop: annotation proxy.istio.io/config: on all 1 workloads: expected the same value wherever the pod has the setting, got true and false. Set all of them to one value.`,
        `shop: annotation sidecar.istio.io/proxyImage: on all 1 workloads: expected one of default, distroless, debug, got "mine:1". Leave it out for the variant that Istio was installed with.`,
        `shop: annotation proxy.istio.io/config: on all 1 workloads: expected the name of an environment variable that Istio doesn't set itself, got "POD_NAME". Remove it: Istio needs its own value.`,
      ],
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
        "shop/ProxyConfig/one: concurrency: expected a whole number of work",
        "shop/ProxyConfig/one: environmentVariables.A: expected text withou",
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
    assert.match(text, /^# {3}shop\/ASM\/x\\u000aglobal: \{\}: odd: there is no setting for it$/m);
    assert.match(importedFile(imported(), "https://cluster"), /# nothing to import\n$/);
  });

  it("is left alone where a selector has Pulumi's placeholder for what is not known yet: it would be taken for all pods", () => {
    const labels = { app: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" };
    const { workloads, leftAlone } = imported(
      namespace({
        name: "shop",
        proxyConfigs: [custom("ProxyConfig", "one", { concurrency: 2, selector: { matchLabels: labels } })],
      }),
    );
    assert.deepEqual(workloads, {});
    assert.match(leftAlone.map(({ says }) => says).join(), /^its selector: it has 04da6b54-/);
  });
});
