import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Container, PodTemplate } from "../../provider/cluster/podTemplate";
import { isOverridden, overrideAt, readOverrides } from "../../provider/pod/readOverrides";
import { type CanonicalSettings, declarationFor } from "../../provider/settings/canonicalSettings";
import { declarations } from "../../provider/settings/declarations";
import { samplePaths } from "../settings/settingSamples";

function pod(
  annotations: Record<string, string> = {},
  own: Container[] = [],
  ownInit: Container[] = [],
): PodTemplate {
  return {
    metadata: { annotations },
    spec: {
      containers: [{ name: "api" }, ...own],
      ...(ownInit.length > 0 ? { initContainers: ownInit } : {}),
    },
  };
}

const config = (value: string) => pod({ "proxy.istio.io/config": value });
const proxy = (fields: object) => pod({}, [{ name: "istio-proxy", ...fields }]);
const init = (fields: object) => pod({}, [], [{ name: "istio-init", ...fields }]);
const traffic = (name: string) => `traffic.sidecar.istio.io/${name}`;

function values(template: PodTemplate): Record<string, unknown> {
  return Object.fromEntries(
    [...readOverrides(template)].flatMap(([path, { value }]) => (value === undefined ? [] : [[path, value]])),
  );
}

/** Settings that no layer's value reaches on the pod. */
function decided(template: PodTemplate): string[] {
  return samplePaths.filter((path) => {
    const found = declarationFor(path);
    return found && isOverridden(found.declaration, found.name, template);
  });
}

describe("a pod's own overrides", () => {
  const rows: [string, PodTemplate, CanonicalSettings][] = [
    ["nothing, without annotations", { spec: { containers: [] } }, {}],
    ["nothing, with annotations of others", pod({ "prometheus.io/port": "80" }), {}],
    [
      "by annotations, in canonical form",
      pod({
        [traffic("excludeInboundPorts")]: " 7013, 7014,7013",
        [traffic("includeOutboundIPRanges")]: "*",
        [traffic("excludeInterfaces")]: "eth1",
        "sidecar.istio.io/interceptionMode": "TPROXY",
        "sidecar.istio.io/nativeSidecar": "true",
        "sidecar.istio.io/logLevel": "debug",
        "sidecar.istio.io/proxyImageType": "debug",
        "sidecar.istio.io/enableCoreDump": "false",
        "readiness.status.sidecar.istio.io/periodSeconds": "5",
      }),
      {
        "capture.includeOutboundIPRanges": "*",
        "capture.excludeInboundPorts": "7013,7014",
        "capture.excludeInterfaces": "eth1",
        interceptionMode: "TPROXY",
        nativeSidecar: true,
        "readinessProbe.periodSeconds": "5",
        logLevel: "debug",
        enableCoreDump: false,
        imageType: "debug",
      },
    ],
    [
      "as it says it, where settings have no form for it",
      pod({ "sidecar.istio.io/interceptionMode": "NONE", "sidecar.istio.io/nativeSidecar": "maybe" }),
      { interceptionMode: "NONE", nativeSidecar: "maybe" },
    ],
    [
      "by its part of ProxyConfig, in camel case",
      config(
        'concurrency: 3\ndrainDuration: 20s\nholdApplicationUntilProxyStarts: true\nproxyStatsMatcher:\n  inclusionPrefixes: [a]\ntracing:\n  sampling: 12.5\n  customTags:\n    team.name:\n      literal: {value: blue}\nproxyMetadata:\n  GREETING: "a: b"\n  ISTIO_META_DNS_CAPTURE: "true"',
      ),
      {
        drainDuration: "20s",
        holdApplicationUntilProxyStarts: true,
        concurrency: "3",
        "statsMatcher.inclusionPrefixes": ["a"],
        "tracing.sampling": "12.5",
        "tracing.customTags.team.name": { literal: { value: "blue" } },
        "env.GREETING": "a: b",
      },
    ],
    [
      "by the same in snake case",
      config(
        '{"drain_duration": "20s", "proxy_stats_matcher": {"inclusion_prefixes": ["a"]}, "proxy_metadata": {"GREETING": "hi"}, "tracing": {"custom_tags": {"team": {"header": {"name": "x"}}}}, "runtime_values": {"a.b": "1"}}',
      ),
      {
        drainDuration: "20s",
        "statsMatcher.inclusionPrefixes": ["a"],
        "tracing.customTags.team": { header: { name: "x" } },
        "runtimeValues.a.b": "1",
        "env.GREETING": "hi",
      },
    ],
    ["nothing, by a part of ProxyConfig that can't be read", config("{"), {}],
    ["nothing, by a comment", config("# concurrency: 3"), {}],
    ["nothing, by null, which means unset", config("concurrency:\nproxyMetadata: { GREETING: null }"), {}],
    [
      "by a container of its own",
      proxy({
        resources: { limits: { cpu: "2000m" } },
        lifecycle: { preStop: { sleep: { seconds: 1 } } },
        securityContext: { privileged: true },
        imagePullPolicy: "Never",
      }),
      {
        "proxyResources.limits.cpu": "2",
        // as the API server fills it in
        "proxyResources.requests.cpu": "2",
        "lifecycle.preStop": { sleep: { seconds: 1 } },
        privileged: true,
      },
    ],
    [
      "by a container of its own among the init containers",
      pod({}, [], [{ name: "istio-proxy", readinessProbe: { failureThreshold: 3 } }]),
      { "readinessProbe.failureThreshold": "3" },
    ],
    [
      "by arguments of its own",
      init({ args: ["-i", "*", "-d", "80,443", "--log_output_level=x"] }),
      {
        ...Object.fromEntries(
          samplePaths.filter((path) => path.startsWith("capture.")).map((path) => [path, ""]),
        ),
        "capture.includeOutboundIPRanges": "*",
        "capture.excludeInboundPorts": "80,443",
      },
    ],
    [
      "by amounts of its own init container",
      init({ resources: { requests: { memory: "64Mi" } } }),
      { "initResources.requests.memory": "64Mi" },
    ],
    [
      "nothing, by the init container that an earlier injection put there",
      {
        ...init({ args: ["-d", "80"], resources: { limits: { cpu: "1" } } }),
        metadata: { annotations: { "sidecar.istio.io/status": "{}" } },
      },
      {},
    ],
    [
      "by its container before its annotation, since Istio merges the container last",
      pod({ "sidecar.istio.io/logLevel": "info" }, [
        { name: "istio-proxy", args: ["--proxyLogLevel=debug"] },
      ]),
      { logLevel: "debug" },
    ],
  ];
  for (const [edge, template, expected] of rows) {
    it(`are set ${edge}`, () => {
      assert.deepEqual(values(template), expected);
    });
  }

  it("ignores environment variables of settings and of Istio", () => {
    const settings = values(
      config("proxyMetadata:\n  MINIMUM_DRAIN_DURATION: 7s\n  POD_NAME: x\n  __proto__: y"),
    );
    assert.deepEqual(Object.entries(settings), [
      ["minimumDrainDuration", "7s"],
      ["env.__proto__", "y"],
    ]);
  });
});

describe("a pod's own value", () => {
  const own = (template: PodTemplate) =>
    [...readOverrides(template)].map(([path, { refusal, annotation }]) => [
      path,
      annotation,
      refusal?.expected,
    ]);

  it("has its annotation, and the reason why settings can't have it", () => {
    const annotation = "proxy.istio.io/config";
    assert.deepEqual(own(pod({ "sidecar.istio.io/logLevel": "debug" })), [
      ["logLevel", "sidecar.istio.io/logLevel", undefined],
    ]);
    assert.deepEqual(own(config("concurrency: many\nproxyMetadata: { POD_NAME: x, my-name: y }")), [
      ["concurrency", annotation, "a whole number of worker threads, 0 to 1024"],
      ["env.POD_NAME", annotation, "the name of an environment variable that Istio doesn't set itself"],
      ["env.my-name", annotation, "the name of an environment variable"],
    ]);
    assert.deepEqual(own(proxy({ lifecycle: { preStop: { sleep: { seconds: 1 } } } })), [
      ["lifecycle.preStop", undefined, undefined],
    ]);
  });

  it("is none of settings' if two variables for it differ", () => {
    const both = (other: string) =>
      config(`proxyMetadata: { ISTIO_META_DNS_CAPTURE: "true", ISTIO_META_DNS_AUTO_ALLOCATE: "${other}" }`);
    assert.equal(readOverrides(both("true")).get("dnsProxy")?.refusal, undefined);
    assert.equal(readOverrides(both("false")).get("dnsProxy")?.refusal?.got, "true and false");
  });
});

describe("one resource annotation", () => {
  const amounts = declarations.flatMap(({ path, droppedBy }) => (droppedBy.length > 0 ? [path] : []));

  it("drops all other amounts of istio-proxy and istio-init", () => {
    assert.equal(amounts.length, 9);
    for (const [annotation, path] of [
      ["proxyCPU", "proxyResources.requests.cpu"],
      ["proxyMemory", "proxyResources.requests.memory"],
      ["proxyCPULimit", "proxyResources.limits.cpu"],
      ["proxyMemoryLimit", "proxyResources.limits.memory"],
    ] as const) {
      const value = path.endsWith("cpu") ? "1" : "1Gi";
      const template = pod({ [`sidecar.istio.io/${annotation}`]: value });
      assert.deepEqual(values(template), { [path]: value });
      assert.deepEqual(
        decided(template).filter((one) => one !== path),
        amounts.filter((one) => one !== path),
      );
    }
  });

  it("keeps every layer's amounts away from the pod", () => {
    const template = pod({ "sidecar.istio.io/proxyCPU": "1" });
    assert.deepEqual(decided(template), amounts);
  });

  it("drops nothing where there is none", () => {
    assert.deepEqual(decided(pod()), []);
  });
});

describe("what a pod decides", () => {
  const rows: [string, PodTemplate, string[]][] = [
    [
      "all of tracing, by any key of it",
      config("tracing: {}"),
      ["tracing.sampling", "tracing.customTags.NAME"],
    ],
    ["one variable and not the others", config("proxyMetadata: {NAME: x}"), ["env.NAME"]],
    [
      "not DNS proxying, by one of its two variables",
      config('proxyMetadata: {ISTIO_META_DNS_CAPTURE: "true"}'),
      [],
    ],
    [
      "its image, by another way than the setting's own",
      pod({ "sidecar.istio.io/proxyImage": "mine:1" }),
      ["imageType"],
    ],
    [
      "each list of its init container, and what is always excluded, by arguments of its own",
      init({ args: [] }),
      samplePaths.filter((path) => path.startsWith("capture.") || path.startsWith("alwaysExclude.")),
    ],
    [
      "its probe's number and its place, by a container of its own",
      proxy({ readinessProbe: { periodSeconds: 5 } }),
      ["nativeSidecar", "readinessProbe.periodSeconds"],
    ],
  ];
  for (const [edge, template, expected] of rows) {
    it(`is ${edge}`, () => {
      assert.deepEqual(decided(template), expected);
    });
  }

  it("is everything by an annotation, and what shows on one container by that container", () => {
    const found = declarationFor("agentLogLevel");
    assert.ok(found);
    const { declaration } = found;
    const [onProxy, onInit] = declaration.podFields("");
    assert.ok(onProxy && onInit);
    const said = (template: PodTemplate) => [
      isOverridden(declaration, "", template),
      overrideAt(declaration, "", onProxy, template).isSet,
      overrideAt(declaration, "", onInit, template).isSet,
    ];
    assert.deepEqual(said(pod({ "sidecar.istio.io/agentLogLevel": "debug" })), [true, true, true]);
    assert.deepEqual(said(proxy({ args: [] })), [false, true, false]);
    assert.deepEqual(said(init({ args: [] })), [false, false, true]);
    assert.deepEqual(said(pod()), [false, false, false]);
  });
});
