import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { allContainers, type Pod } from "../../provider/cluster/podTemplate";
import { compose, installedGlobal } from "../../provider/configMap/compose";
import { usesCni } from "../../provider/configMap/usesCni";
import { explainSidecar } from "../../provider/explain/explainSidecar";
import type { Layers } from "../../provider/levels/Layer";
import { installedSettings } from "../../provider/levels/Profile";
import { comparableList, sidecarFields } from "../../provider/pod/sidecarFields";
import { type Cluster, kindsOfCluster, sidecarKinds, startCluster } from "../cluster/cluster";
import { Injection } from "./injection";
import { type IstioPod, istioPods } from "./istioPods";
import { RandomMesh, randomNumbers } from "./randomPods";

const seed = Number(process.env.SIDECAR_SEED ?? 20261122);
const meshes = Number(process.env.SIDECAR_MESHES ?? 6);
const namespaces = ["n1", "n2", "n3", "n4"];
const podsEach = 50;

/** Ports that Istio adds to the excluded ones. */
const istiosPorts = ["15090", "15021", "15020"];
/** Istio's own hooks come and go with settings that are no hooks. */
const istiosHooks = /lifecycle/;

const kinds = kindsOfCluster([
  ...sidecarKinds,
  { name: "Istio CNI", options: { istioValues: ["components.cni.enabled=true"] } },
]);

for (const { name: kind, options } of kinds) {
  describe(`explainSidecar says what the injector does, ${kind}, seed ${seed}`, () => {
    let cluster: Cluster;
    let injection: Injection;

    before(async () => {
      cluster = await startCluster(options);
      injection = await Injection.open(cluster.kubeconfig, namespaces);
    });
    after(() => cluster?.stop());

    const mistakes = async (
      layers: Layers,
      namespace: string,
      pods: readonly IstioPod[],
      untouched: ReadonlyMap<string, string>,
    ): Promise<{ wrong: string[]; compared: number; denied: number }> => {
      const data = compose(injection.installed, layers);
      const answers = await injection.inject(data, namespace, pods);
      const installed = installedSettings(installedGlobal(injection.installed));
      const found = { wrong: [] as string[], compared: 0, denied: 0 };
      for (const { name, template } of pods) {
        const [answer, alone] = [answers.get(name) ?? "", untouched.get(name) ?? ""];
        if (answer.startsWith("denied") || alone.startsWith("denied")) {
          found.denied++;
          continue;
        }
        const [fields, before] = [answer, alone].map((text) => sidecarFields(JSON.parse(text) as Pod));
        if (!fields || !before) continue;
        const { settings } = explainSidecar(template, {
          namespace,
          layers,
          installed,
          config: injection.installed.config,
          native: cluster.sidecars === "native",
          cni: usesCni(injection.installed),
        });
        const told = new Set<string>();
        for (const { path, shows } of settings) {
          for (const [field, value] of Object.entries(shows)) {
            told.add(field);
            found.compared++;
            const [said, is] = [value, fields[field] ?? null].map((one) =>
              withoutIstiosPorts(field, one, template),
            );
            if (said !== is)
              found.wrong.push(`${namespace}/${name}: ${path}: ${field}: explained ${said}, it is ${is}`);
          }
        }
        const probes = settings.some(({ path }) => path.startsWith("startupProbe"));
        for (const field of new Set([...Object.keys(fields), ...Object.keys(before)])) {
          if (told.has(field) || istiosHooks.test(field) || (probes && field.includes("startupProbe")))
            continue;
          // Kubernetes always pulls an image whose tag is latest, which a variant's is not
          if (told.has("istio-proxy image type") && field.endsWith("imagePullPolicy")) continue;
          if (isOwnVariable(field, template)) continue;
          found.compared++;
          if (fields[field] !== before[field])
            found.wrong.push(
              `${namespace}/${name}: ${field} is ${fields[field]}, by Istio alone ${before[field]}, and nothing explains it`,
            );
        }
      }
      return found;
    };

    test(`${meshes} meshes of ${namespaces.length * podsEach} pods at random: no difference`, async (context) => {
      const random = new RandomMesh(randomNumbers(seed), injection.release, usesCni(injection.installed));
      const pods = new Map(
        namespaces.map((namespace) => [
          namespace,
          Array.from({ length: podsEach }, (_, index) => random.pod(`pod${index}`)),
        ]),
      );
      const alone = new Map<string, ReadonlyMap<string, string>>();
      for (const [namespace, some] of pods)
        alone.set(namespace, await injection.inject(injection.installed, namespace, some));
      const total = { wrong: [] as string[], compared: 0, denied: 0 };
      for (let mesh = 0; mesh < meshes; mesh++) {
        const layers = random.layers(namespaces);
        for (const [namespace, some] of pods) {
          const found = await mistakes(layers, namespace, some, alone.get(namespace) ?? new Map());
          total.wrong.push(...found.wrong.map((line) => `mesh ${mesh}: ${line}`));
          total.compared += found.compared;
          total.denied += found.denied;
        }
      }
      const cases = meshes * namespaces.length * podsEach;
      context.diagnostic(
        `${cases} pods, ${total.denied} denied by Kubernetes or Istio, ${total.compared} fields compared`,
      );
      assert.deepEqual(total.wrong.slice(0, 40), []);
      assert.ok(total.denied < cases / 10, `${total.denied} of ${cases} pods were denied`);
    });

    test("Istio's own pods, with settings at every level", async () => {
      const pods = (await istioPods()).filter(
        ({ template }) => template.metadata?.annotations?.["sidecar.istio.io/status"] === undefined,
      );
      const layers = new RandomMesh(randomNumbers(seed + 1), injection.release).layers(namespaces);
      const untouched = await injection.inject(injection.installed, "n1", pods);
      const { wrong, compared } = await mistakes(layers, "n1", pods, untouched);
      assert.deepEqual(wrong, []);
      assert.ok(compared > 1000);
    });
  });
}

function isOwnVariable(field: string, { spec }: IstioPod["template"]): boolean {
  return allContainers(spec).some(({ name, env = [] }) =>
    env.some((variable) => field === `${name} env ${variable.name}`),
  );
}

function withoutIstiosPorts(
  field: string,
  value: string | null,
  { metadata }: IstioPod["template"],
): string | null {
  const added = [...istiosPorts, metadata?.annotations?.["status.sidecar.istio.io/port"]];
  return value !== null && field.endsWith("excludeInboundPorts")
    ? comparableList(
        value
          .split(",")
          .filter((port) => !added.includes(port))
          .join(","),
      )
    : value;
}
