import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { forEachLimit } from "../../provider/data/forEachLimit";
import { sameAsGolden } from "../goldens/sameAsGolden";
import { pulumi } from "../pulumi/pulumi";
import { addGreetingTemplate } from "./greetingTemplate";
import { Mesh, type Plan, succeeded } from "./Mesh";
import { normalisedPreview } from "./normalisedPreview";

const quick = { terminationGracePeriodSeconds: 1 };
/** Pulumi cuts longer ones, at the end of which what matters may stand. */
const longestText = 150;

describe("what Pulumi prints of a preview", () => {
  let mesh: Mesh;
  before(async () => {
    mesh = await Mesh.start();
  });
  after(() => mesh?.stop());

  const ofNamespace = (namespace: string, args: Record<string, unknown>): Plan => ({
    namespaces: { [namespace]: args },
  });
  const apply = async (stack: string, plan: Plan) => succeeded(await pulumi.up(mesh.stack(stack, plan)));

  /** Compares both ways in which people look at a preview with what they were when somebody read them last. */
  const sameAsRead = async (name: string, stack: string, plan: Plan, ok = true) => {
    for (const [file, diff] of [
      [`${name}.txt`, false],
      [`${name}.diff.txt`, true],
    ] as const) {
      const result = await pulumi.preview(mesh.stack(stack, plan, { diff }));
      assert.equal(result.ok, ok, result.stdoutText);
      const printed = normalisedPreview(result.stdoutText);
      // what else Pulumi prints of a preview that fails depends on how far it got
      const text = ok ? printed : errorsIn(printed);
      sameAsGolden(join(__dirname, "previews", file), text);
      const tooLong = [...text.matchAll(/"[^"]*"/g)].flatMap(([part]) =>
        part.length > longestText + 2 ? [part] : [],
      );
      assert.deepEqual(tooLong, []);
    }
  };

  test("of a mesh's first layer: what restarts by reason, what is waiting, what is unmanaged", async () => {
    const namespace = "shop";
    await mesh.namespace(namespace);
    await mesh.deployment(namespace, "api", { replicas: 2, pod: quick });
    await mesh.deployment(namespace, "web", { pod: quick });
    await mesh.deployment(namespace, "own", {
      annotations: { "sidecar.istio.io/proxyCPULimit": "1500m" },
      pod: quick,
    });
    await mesh.deployment(namespace, "legacy", { pod: quick });
    await mesh.patch(`/apis/apps/v1/namespaces/${namespace}/deployments/legacy`, {
      metadata: { annotations: { "sidecar-settings/rollout": "never" } },
    });
    await mesh.api.request({
      method: "POST",
      path: `/api/v1/namespaces/${namespace}/pods`,
      body: {
        metadata: { name: "debug" },
        spec: { ...quick, containers: [{ name: "app", image: "app:1" }] },
      },
    });
    const plan = ofNamespace(namespace, {
      proxyResources: { limits: { cpu: 3, memory: "2Gi" }, requests: { cpu: "200m" } },
      capture: { excludeInboundPorts: [9191] },
      terminationDrainDuration: "10s",
      logLevel: "info",
    });
    await sameAsRead("first-layer", namespace, plan);
    await apply(namespace, plan);
  });

  test("of one value of many", async () => {
    await sameAsRead(
      "one-value-of-many",
      "shop",
      ofNamespace("shop", {
        proxyResources: { limits: { cpu: 4, memory: "2Gi" }, requests: { cpu: "200m" } },
        capture: { excludeInboundPorts: [9191] },
        terminationDrainDuration: "10s",
        logLevel: "info",
      }),
    );
  });

  test("of another stack's namespace", async () => {
    await sameAsRead("conflict", "other", ofNamespace("shop", { dnsProxy: true }), false);
  });

  test("of a change for which nothing restarts", async () => {
    const namespace = "masked";
    await mesh.namespace(namespace);
    await mesh.deployment(namespace, "own", {
      annotations: { "sidecar.istio.io/proxyCPULimit": "1500m" },
      pod: quick,
    });
    await sameAsRead(
      "nothing-restarts",
      namespace,
      ofNamespace(namespace, { proxyResources: { limits: { cpu: 3 } } }),
    );
  });

  test("of a mesh's first global settings: whom they reach, beside what restarts", async () => {
    await sameAsRead("first-global", "mesh", { global: { terminationDrainDuration: "20s" } });
  });

  test("of what admission would deny", async () => {
    const namespace = "bounded";
    await mesh.namespace(namespace);
    await mesh.deployment(namespace, "api", { pod: quick });
    await mesh.api.request({
      method: "POST",
      path: `/api/v1/namespaces/${namespace}/limitranges`,
      body: { metadata: { name: "most" }, spec: { limits: [{ type: "Container", max: { cpu: "4" } }] } },
    });
    await sameAsRead(
      "denied",
      namespace,
      ofNamespace(namespace, { proxyResources: { limits: { cpu: 5 } } }),
      false,
    );
  });

  test("of settings that another template overrules", async () => {
    const namespace = "team";
    await mesh.namespace(namespace);
    await addGreetingTemplate(mesh, namespace);
    await mesh.deployment(namespace, "plain", { pod: quick });
    await mesh.deployment(namespace, "greeted", {
      annotations: { "inject.istio.io/templates": "team" },
      pod: quick,
    });
    await sameAsRead(
      "overruled",
      namespace,
      ofNamespace(namespace, { proxyResources: { limits: { cpu: "1400m" } } }),
    );
  });

  test("of more than 20 reasons", async () => {
    const namespace = "reasons";
    await mesh.namespace(namespace);
    // what is excluded always is added to what a pod excludes itself, so that each has a reason of its own
    await deployments(namespace, 23, (at) => ({
      "traffic.sidecar.istio.io/excludeOutboundPorts": String(8000 + at),
    }));
    await sameAsRead(
      "many-reasons",
      namespace,
      ofNamespace(namespace, { alwaysExclude: { outboundPorts: [9999] } }),
    );
  });

  test("of 300 workloads with one reason", async () => {
    const namespace = "many";
    await mesh.namespace(namespace);
    await deployments(namespace, 300, () => ({}));
    await sameAsRead(
      "many-workloads",
      namespace,
      ofNamespace(namespace, { proxyResources: { limits: { cpu: 3 } } }),
    );
  });

  /** Deployments of one pod each, side by side. */
  const deployments = (
    namespace: string,
    count: number,
    annotations: (at: number) => Record<string, string>,
  ) =>
    forEachLimit(
      Array.from({ length: count }, (_, at) => at),
      20,
      (at) =>
        mesh.deployment(namespace, `service-${String(at).padStart(3, "0")}`, {
          annotations: annotations(at),
          pod: quick,
        }),
    );
});

/** Each error once, without what stands before it. */
function errorsIn(printed: string): string {
  const errors = printed.split("\n").flatMap((line) => /error: .*/.exec(line)?.[0] ?? []);
  return `${[...new Set(errors)].join("\n")}\n`;
}
