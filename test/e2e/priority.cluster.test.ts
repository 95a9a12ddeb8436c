import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Pod } from "../../provider/cluster/podTemplate";
import { kindsOfCluster, sidecarKinds } from "../cluster/cluster";
import { pulumi } from "../pulumi/pulumi";
import { argument, container, Mesh, type Plan, succeeded, variable } from "./Mesh";

/** One thing that three levels and Istio's installation can all say. */
interface Contested {
  name: string;
  global: Record<string, unknown>;
  namespace: Record<string, unknown>;
  annotations: Record<string, string>;
  read: (pod: Pod) => string | undefined;
  wins: { pod: string; namespace: string; global: string; installed: string | undefined };
}

const contested: readonly Contested[] = [
  {
    name: "resources",
    global: { proxyResources: { limits: { cpu: 3 } } },
    namespace: { proxyResources: { limits: { cpu: 4 } } },
    annotations: { "sidecar.istio.io/proxyCPULimit": "5" },
    read: (pod) => container(pod, "istio-proxy").resources?.limits?.cpu,
    wins: { pod: "5", namespace: "4", global: "3", installed: "2" },
  },
  {
    name: "included IP ranges",
    global: { capture: { includeOutboundIPRanges: ["10.3.0.0/16"] } },
    namespace: { capture: { includeOutboundIPRanges: ["10.4.0.0/16"] } },
    annotations: { "traffic.sidecar.istio.io/includeOutboundIPRanges": "10.5.0.0/16" },
    read: (pod) => argument(container(pod, "istio-init"), "-i"),
    wins: { pod: "10.5.0.0/16", namespace: "10.4.0.0/16", global: "10.3.0.0/16", installed: "*" },
  },
  {
    name: "excluded IP ranges, which alwaysExclude is added to at every level",
    global: {
      alwaysExclude: { outboundIPRanges: ["192.168.9.0/24"] },
      capture: { excludeOutboundIPRanges: ["192.168.3.0/24"] },
    },
    namespace: { capture: { excludeOutboundIPRanges: ["192.168.4.0/24"] } },
    annotations: { "traffic.sidecar.istio.io/excludeOutboundIPRanges": "192.168.5.0/24" },
    read: (pod) => argument(container(pod, "istio-init"), "-x"),
    wins: {
      pod: "192.168.9.0/24,192.168.5.0/24",
      namespace: "192.168.9.0/24,192.168.4.0/24",
      global: "192.168.9.0/24,192.168.3.0/24",
      installed: "",
    },
  },
  {
    name: "drain",
    global: { terminationDrainDuration: "30s" },
    namespace: { terminationDrainDuration: "40s" },
    annotations: { "proxy.istio.io/config": "terminationDrainDuration: 50s\n" },
    read: (pod) =>
      JSON.parse(variable(container(pod, "istio-proxy"), "PROXY_CONFIG") ?? "{}").terminationDrainDuration,
    wins: { pod: "50s", namespace: "40s", global: "30s", installed: undefined },
  },
  {
    name: "DNS proxy",
    global: { dnsProxy: false },
    namespace: { dnsProxy: true },
    annotations: { "proxy.istio.io/config": '{"proxyMetadata": {"ISTIO_META_DNS_CAPTURE": "from-pod"}}' },
    read: (pod) => variable(container(pod, "istio-proxy"), "ISTIO_META_DNS_CAPTURE"),
    wins: { pod: "from-pod", namespace: "true", global: "false", installed: undefined },
  },
];

for (const { name: kind, options } of kindsOfCluster(sidecarKinds)) {
  describe(`pod > namespace > global > installed, ${kind}`, () => {
    let mesh: Mesh;
    const up = async (plan: Plan) => succeeded(await pulumi.up(mesh.stack("priority", plan)));
    const both = Object.fromEntries(contested.map((one, index) => [`ns-${index}`, one]));
    const global = Object.assign({}, ...contested.map((one) => one.global)) as Record<string, unknown>;
    global.capture = Object.assign({}, ...contested.map((one) => one.global.capture));

    before(async () => {
      mesh = await Mesh.start(options);
      for (const [namespace, { annotations }] of Object.entries(both)) {
        await mesh.namespace(namespace);
        await mesh.deployment(namespace, "plain");
        await mesh.deployment(namespace, "annotated", { annotations });
      }
    });
    after(() => mesh?.stop());

    const expectPods = async (level: "namespace" | "global" | "installed") => {
      for (const [namespace, { name, read, wins }] of Object.entries(both)) {
        assert.equal(read(await mesh.pod(namespace, "plain")), wins[level], `${name}, a plain pod`);
        const own = level === "installed" ? (wins.pod.split(",").at(-1) ?? "") : wins.pod;
        assert.equal(
          read(await mesh.pod(namespace, "annotated")),
          own,
          `${name}, a pod with its own annotation`,
        );
      }
    };

    test("Istio's own values where nothing is set", () => expectPods("installed"));

    test("the namespace's beats the global one, the pod's annotation beats both", async () => {
      const namespaces = Object.fromEntries(
        Object.entries(both).map(([name, one]) => [name, { ...one.namespace, publish: false }]),
      );
      await up({ global, namespaces });
      await expectPods("namespace");
    });

    test("without the namespace's, the global one", async () => {
      await up({ global });
      await expectPods("global");
    });

    test("without settings, Istio's own again", async () => {
      await up({});
      await expectPods("installed");
    });
  });
}
