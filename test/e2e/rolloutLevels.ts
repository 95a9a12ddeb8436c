import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { compose } from "../../provider/configMap/compose";
import { layersOf } from "../../provider/configMap/layersOf";
import { stampsIn } from "../../provider/configMap/stampsIn";
import { readInjector, writeInjector } from "../../provider/injector/Injector";
import { globalTarget } from "../../provider/levels/Layer";
import { stampAnnotation } from "../../provider/pod/podAnnotations";
import { pulumi } from "../pulumi/pulumi";
import { Mesh, type Plan, succeeded } from "./Mesh";

const strategies = ["restart", "evict", "none"] as const;
type Strategy = (typeof strategies)[number];

interface Namespace {
  name: string;
  namespace: Strategy;
  workload: Strategy;
}

const namespaces: Namespace[] = strategies.flatMap((namespace) =>
  strategies.map((workload) => ({ name: `${namespace}-${workload}`, namespace, workload })),
);
/** Reached by the global settings alone. */
const plain = "plain";
const apps = ["api", "web"];

/** What the strongest level that reaches a workload says: `api` is what workload settings pick. */
function wanted(global: Strategy): Record<string, Strategy> {
  return Object.fromEntries([
    ...namespaces.flatMap(({ name, namespace, workload }) => [
      [`${name}/api`, workload],
      [`${name}/web`, namespace],
    ]),
    ...apps.map((app) => [`${plain}/${app}`, global]),
  ]);
}

/** Tests with one strategy of the global settings, for a file of their own: they take minutes, and run beside others. */
export function testRolloutLevels(global: Strategy): void {
  describe(`rollout options hold for a workload, whichever level has changed: global ${global}`, () => {
    let mesh: Mesh;
    before(async () => {
      mesh = await Mesh.start();
      for (const name of [...namespaces.map((one) => one.name), plain]) {
        await mesh.namespace(name);
        await Promise.all(
          apps.map((app) => mesh.deployment(name, app, { pod: { terminationGracePeriodSeconds: 1 } })),
        );
      }
    });
    after(() => mesh?.stop());

    const globalPlan = (strategy: Strategy, logLevel: string): Plan => ({
      global: { logLevel, rollout: { strategy, maxConcurrent: 20 } },
    });
    const teamsPlan: Plan = {
      namespaces: Object.fromEntries(
        namespaces.map(({ name, namespace }) => [
          name,
          { concurrency: 3, publish: false, rollout: { strategy: namespace, maxConcurrent: 20 } },
        ]),
      ),
      workloads: Object.fromEntries(
        namespaces.map(({ name, workload }) => [
          `${name}-api`,
          {
            namespace: name,
            selector: { matchLabels: { app: "api" } },
            proxyResources: { limits: { cpu: 3 } },
            rollout: { strategy: workload },
          },
        ]),
      ),
    };

    /** How each workload's pods were replaced by what was done: by its spec, by evictions, or not at all. */
    const replacedBy = async (work: () => Promise<unknown>): Promise<Record<string, Strategy>> => {
      const look = async () =>
        Object.fromEntries(
          await Promise.all(
            Object.keys(wanted("none")).map(async (name) => {
              const [namespace = "", app = ""] = name.split("/");
              const [pods, { spec }] = [await mesh.pods(namespace, app), await mesh.workload(namespace, app)];
              const uids = pods.map(({ metadata }) => metadata.uid).sort();
              return [name, { uids, template: JSON.stringify(spec.template) }] as const;
            }),
          ),
        );
      const earlier = await look();
      await work();
      const later = await look();
      return Object.fromEntries(
        Object.entries(earlier).map(([name, { uids, template }]) => {
          if (JSON.stringify(later[name]?.uids) === JSON.stringify(uids)) return [name, "none"];
          return [name, later[name]?.template === template ? "evict" : "restart"];
        }),
      );
    };

    /** Somebody takes the global settings out by hand, and pods are recreated meanwhile. */
    const drift = async () => {
      const injector = { namespace: "istio-system" };
      const current = await readInjector(mesh.api, injector);
      const { [globalTarget]: _, ...others } = layersOf(current.data);
      await writeInjector(mesh.api, injector, current, compose(current.data, others), "kubectl-edit");
      const due = stampsIn(await mesh.injector());
      const recreate = async (name: string) => {
        const [namespace = "", app = ""] = name.split("/");
        await mesh.eventually(`${name} without global settings`, async () => {
          const pods = await mesh.pods(namespace, app);
          const wrong = pods.filter(
            ({ metadata: { annotations, labels } }) =>
              annotations?.[stampAnnotation] !== due(namespace, labels),
          );
          for (const { metadata } of wrong)
            await mesh.api.request({
              method: "DELETE",
              path: `/api/v1/namespaces/${namespace}/pods/${metadata.name}`,
            });
          return pods.length > 0 && wrong.length === 0;
        });
        await mesh.ready(namespace, app);
      };
      await Promise.all(Object.keys(wanted("none")).map(recreate));
    };

    for (const arrangement of ["the same stack", "another stack"]) {
      test(`the others in ${arrangement}: change, drift, removal`, async () => {
        const isSame = arrangement === "the same stack";
        const platform = (logLevel: string) =>
          mesh.stack(`platform-${global}-${isSame}`, {
            ...globalPlan(global, logLevel),
            ...(isSame ? teamsPlan : {}),
          });
        const teams = mesh.stack(`teams-${global}`, teamsPlan);
        const ups = async (logLevel: string) => {
          succeeded(await pulumi.up(platform(logLevel)));
          if (!isSame) succeeded(await pulumi.up(teams));
        };
        await ups("info");

        const byChange = await replacedBy(async () => succeeded(await pulumi.up(platform("debug"))));
        assert.deepEqual(byChange, wanted(global), "change");

        await drift();
        const byDrift = await replacedBy(async () => succeeded(await pulumi.up(platform("debug"))));
        assert.deepEqual(byDrift, wanted(global), "drift");

        const byRemoval = await replacedBy(async () => succeeded(await pulumi.destroy(platform("debug"))));
        assert.deepEqual(byRemoval, wanted(global), "removal");
        if (!isSame) succeeded(await pulumi.destroy(teams));
      });
    }
  });
}
