import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { connect } from "../../provider/cluster/connect";
import type { KubernetesApi } from "../../provider/cluster/KubernetesApi";
import type { Pod, PodTemplate } from "../../provider/cluster/podTemplate";
import { compose } from "../../provider/configMap/compose";
import type { InjectorData } from "../../provider/configMap/InjectorData";
import { stampsIn } from "../../provider/configMap/stampsIn";
import { readInjector, writeInjector } from "../../provider/injector/Injector";
import type { Layers } from "../../provider/levels/Layer";
import { stampAnnotation } from "../../provider/pod/podAnnotations";
import { podTemplateWithSettings } from "../../provider/pod/podTemplateWithSettings";
import { sidecarFields } from "../../provider/pod/sidecarFields";
import {
  type CanonicalSettings,
  type SettingEntry,
  settingEntries,
} from "../../provider/settings/canonicalSettings";
import { conflicts } from "../../provider/settings/conflicts";
import { declarations } from "../../provider/settings/declarations";
import { parseSettings } from "../../provider/settings/parseSettings";
import type { SidecarSettings } from "../../provider/settings/SidecarSettings";
import { istioVersion, releaseOf } from "../../provider/template/istioVersion";
import { type Cluster, kindsOfCluster, sidecarKinds, startCluster } from "../cluster/cluster";
import { createLawsNamespace } from "./injection";
import { injectorAtHand } from "./injectorAtHand";
import { levelCases, shownByNoField } from "./levelCases";
import { isOfRelease, ofRelease } from "./ofRelease";

const levels = ["global", "namespace", "workload", "pod"] as const;

test("there is a case for every setting", () => {
  const covered = new Set(
    Object.values(levelCases).flatMap(({ settings }) =>
      settingEntries(parsed(settings)).map(({ declaration }) => declaration.path),
    ),
  );
  assert.deepEqual(
    declarations.map(({ path }) => path).filter((path) => !covered.has(path)),
    shownByNoField,
  );
});

for (const { name: kind, options } of kindsOfCluster(sidecarKinds)) {
  describe(`each setting at each level, on pods that are really created, ${kind}`, () => {
    let cluster: Cluster;
    let api: KubernetesApi;
    let installed: InjectorData;
    let release: string | undefined;

    before(async () => {
      cluster = await startCluster(options);
      api = await connect({ kubeconfig: cluster.kubeconfig });
      installed = (await readInjector(api, injectorAtHand)).data;
      release = releaseOf(istioVersion(installed));
      await createLawsNamespace(api, "shop");
    });
    after(() => cluster?.stop());

    const write = async (layers: Layers) => {
      const data = compose(installed, layers);
      await writeInjector(api, injectorAtHand, await readInjector(api, injectorAtHand), data);
      return data;
    };

    const create = (template: PodTemplate) =>
      api.request<Pod>({
        method: "POST",
        path: "/api/v1/namespaces/shop/pods",
        body: {
          apiVersion: "v1",
          kind: "Pod",
          ...template,
          metadata: { ...template.metadata, generateName: "case-" },
        },
      });

    /** The pod with the stamp of what was written last: the injector takes it up a moment later. */
    const createWith = async (data: InjectorData): Promise<Pod> => {
      const stamp = stampsIn(data)("shop", pod.metadata?.labels ?? {});
      for (let tries = 0; tries < 100; tries++) {
        const created = await create(pod);
        if (created.metadata.annotations?.[stampAnnotation] === stamp) return created;
        await api.request({
          method: "DELETE",
          path: `/api/v1/namespaces/shop/pods/${created.metadata.name}`,
        });
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      throw new Error(`no pod has the stamp ${stamp}`);
    };

    const layersOf = (level: "global" | "namespace" | "workload", settings: CanonicalSettings): Layers => {
      const owner = "acme/shop/prod:shop";
      if (level === "global") return { "*": { owner, settings } };
      if (level === "namespace") return { shop: { owner, settings } };
      const selector = [{ key: "app", operator: "In" as const, values: ["web"] }];
      return {
        "shop/web": { owner, settings, picks: { selector, priority: 0 } },
        // the weaker of the two that pick the pod, and one that does not
        "shop/every": {
          owner,
          settings: {},
          picks: { selector: [{ key: "app", operator: "Exists" }], priority: 0 },
        },
        "shop/other": {
          owner,
          settings: { logLevel: "trace", concurrency: "9" },
          picks: { selector: [{ key: "app", operator: "NotIn", values: ["web"] }], priority: 1 },
        },
      };
    };

    for (const [name, { settings, shows, notAt = [], notIn }] of Object.entries(levelCases)) {
      for (const level of levels) {
        if (notAt.includes(level)) {
          test(`${name} at the ${level} level is an error that says what to do instead`, () => {
            const problems =
              level === "pod"
                ? podTemplateWithSettings(pod, parsed(settings)).problems
                : conflicts(parsed(settings));
            assert.ok(problems.length > 0);
            for (const { todo } of problems)
              assert.match(todo, /use WorkloadSidecarSettings|withSidecarSettings/);
          });
          continue;
        }
        test(`${name} at the ${level} level`, async (context) => {
          if (notIn === cluster.sidecars) return context.skip(`not with ${notIn} sidecars`);
          const canonical = parsed(settings);
          // a pod needs no other setting
          const has = (one: SettingEntry) =>
            level === "pod"
              ? isOfRelease(one.declaration.path, release)
              : Object.hasOwn(ofRelease(canonical, release), one.path);
          if (!settingEntries(canonical).every(has)) return context.skip(`Istio ${release} does not have it`);
          let created: Pod;
          if (level === "pod") {
            const { template, problems } = podTemplateWithSettings(pod, canonical);
            assert.deepEqual(problems, []);
            await createWith(await write({}));
            created = await create(template);
          } else {
            assert.deepEqual(conflicts(canonical), []);
            created = await createWith(await write(layersOf(level, canonical)));
          }
          const fields = sidecarFields(created) ?? {};
          assert.deepEqual(
            Object.fromEntries(Object.keys(shows).map((field) => [field, fields[field]])),
            shows,
          );
        });
      }
    }
  });
}

const pod: PodTemplate = {
  metadata: { labels: { app: "web" } },
  spec: {
    containers: [
      {
        name: "app",
        image: "app:1",
        resources: { limits: { cpu: "1", memory: "400Mi" }, requests: { cpu: "200m", memory: "100Mi" } },
      },
      { name: "side", image: "side:1" },
    ],
  },
};

function parsed(settings: SidecarSettings): CanonicalSettings {
  const read = parseSettings(settings);
  assert.deepEqual(read.problems, []);
  return read.value;
}
