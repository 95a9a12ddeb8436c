import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { compose, strip } from "../../provider/configMap/compose";
import type { InjectorData } from "../../provider/configMap/InjectorData";
import { canonicalJson } from "../../provider/data/canonicalJson";
import { InjectorRefusal } from "../../provider/data/InjectorRefusal";
import { valueAt } from "../../provider/data/valueAt";
import type { Layers } from "../../provider/levels/Layer";
import type { Requirement } from "../../provider/levels/selector";
import { proxyConfigAnnotation } from "../../provider/pod/podAnnotations";
import { isOverridden } from "../../provider/pod/readOverrides";
import { type CanonicalSettings, settingEntries } from "../../provider/settings/canonicalSettings";
import { declarationOf } from "../../provider/settings/declarations";
import { parseSettings } from "../../provider/settings/parseSettings";
import { releasesText } from "../../provider/settings/releaseFacts";
import type { PodOverride } from "../../provider/settings/SettingDeclaration";
import type { SidecarSettings } from "../../provider/settings/SidecarSettings";
import { type Cluster, kindsOfCluster, sidecarKinds, startCluster } from "../cluster/cluster";
import { Injection } from "./injection";
import { type IstioPod, istioPods, podsOfTests } from "./istioPods";
import { everything, otherwise } from "./lawSettings";
import { isOfRelease, ofRelease } from "./ofRelease";
import { onePerKind } from "./podKinds";

/** Istio's pods that choose templates other than the sidecar's: settings leave those alone. */
const otherTemplates = /^(gateway|grpc-|hello-template|custom-template|multiple-templates|sidecar-spire)/;

// what only older releases have, as well
const allValues = parsed({ ...everything, enableCoreDump: true });
/** One setting at a time, by path. */
const single = settingEntries(allValues);
const allOtherValues = parsed({ ...otherwise, enableCoreDump: false });

/** More pods have sidecars of the template that settings are in. */
const most = 0.69 * podsOfTests;

const installs = kindsOfCluster([
  ...sidecarKinds,
  { name: "Istio CNI", options: { istioValues: ["components.cni.enabled=true"] } },
]);

for (const { name, options } of installs) {
  describe(`the four laws, ${name}`, () => {
    let cluster: Cluster;
    let injection: Injection;
    let pods: IstioPod[];
    let untouched: Map<string, string>;
    /** What this release of Istio has of the settings. */
    let values: CanonicalSettings;
    let otherValues: CanonicalSettings;
    /** The pods that can tell one setting from another; those that choose other templates can't. */
    let telling: readonly IstioPod[];

    before(async () => {
      cluster = await startCluster(options);
      injection = await Injection.open(cluster.kubeconfig, ["shop", "other"]);
      values = ofRelease(allValues, injection.release);
      otherValues = ofRelease(allOtherValues, injection.release);
      pods = await istioPods();
      untouched = await injection.inject(injection.installed, "shop", pods);
      telling = onePerKind(
        pods.filter(({ name: pod }) => !otherTemplates.test(pod)),
        untouched,
      );
    });
    after(() => cluster?.stop());

    // which value it is makes no difference between installs: the first install has every value of every setting
    const oneValue = options !== installs[0]?.options;
    const inject = (settings: Record<string, CanonicalSettings>, asked: readonly IstioPod[] = pods) =>
      injection.inject(layered(injection.installed, settings), "shop", asked);

    test("Istio's pods are all there, and injected", () => {
      assert.equal(pods.length, podsOfTests);
      const injected = [...untouched.values()].filter((pod) => pod.includes('"istio-proxy"'));
      assert.ok(injected.length > 0.79 * podsOfTests, `${injected.length} of ${pods.length} have a sidecar`);
      const withInit = (init: string) => injected.filter((pod) => pod.includes(`"${init}"`)).length;
      const [init, other] = ["istio-init", "istio-validation"];
      if (cluster.external) assert.ok(withInit(init) > most || withInit(other) > most);
      else assert.ok(withInit(name === "Istio CNI" ? other : init) > most);
      assert.ok(telling.length > 0.44 * podsOfTests, `${telling.length} kinds of pods`);
    });

    test("1: without settings nothing changes on any pod", async () => {
      assert.deepEqual(changed(untouched, await inject({ elsewhere: {} })), []);
    });

    test("2: a namespace's settings are the same Helm values mesh-wide", async () => {
      const helm = Object.fromEntries(
        settingEntries(values).flatMap(({ path, value, declaration, name: open }) =>
          declaration.rendering(open).to === "value" ? [[path, value]] : [],
        ),
      );
      const namespaced = await inject({ shop: helm });
      const meshWide = await injection.inject(withHelmValues(injection.installed, helm), "shop", pods);
      assert.deepEqual(
        changed(meshWide, namespaced).filter((pod) => !otherTemplates.test(pod)),
        [],
      );
      assert.ok(changed(untouched, namespaced).length > most, "the settings reach pods");
    });

    for (const { path, declaration, name: open } of single) {
      const rendering = declaration.rendering(open);
      // with false taken for a value, and an empty list for one too
      const given = [allValues, allOtherValues].flatMap((all): CanonicalSettings[] =>
        all[path] === undefined ? [] : [{ [path]: all[path] }],
      );
      const served = () => isOfRelease(declaration.path, injection.release);

      // those that all releases have are held to it by the other tests
      if (releasesText(declaration.path) !== undefined) {
        test(`${path}: taken, or refused with the releases that have it`, () => {
          const write = () => layered(injection.installed, { shop: given[0] ?? {} });
          if (served()) write();
          else
            assert.throws(write, (error: unknown) => {
              const { release } = injection;
              const here = release === undefined ? "" : `; this injector is ${release}`;
              const text = `${declaration.path} needs Istio ${releasesText(declaration.path)}${here}`;
              assert.ok(error instanceof InjectorRefusal && error.message.includes(text), String(error));
              return true;
            });
        });
      }

      if (rendering.to === "value") {
        test(`2, ${path} alone: the same Helm value mesh-wide`, async (context) => {
          if (!served()) return context.skip(`${injection.release ?? "the newest"} has none`);
          let reached = 0;
          for (const settings of given) {
            if (reached > 0 && oneValue) break;
            const namespaced = await inject({ shop: settings }, telling);
            const meshWide = await injection.inject(
              withHelmValues(injection.installed, settings),
              "shop",
              telling,
            );
            assert.deepEqual(changed(meshWide, namespaced), []);
            reached += changed(untouched, namespaced).length;
          }
          assert.ok(reached > 0, "the setting reaches pods");
        });
      }

      const [way] = declaration.overrides(open);
      const alone =
        rendering.to !== "value" && way && way.by !== "container" && !path.startsWith("proxyResources.");
      // what can't do without another setting is told of installations that have that one anyway
      const companion = declaration.needs && declarationOf.get(declaration.needs.path);
      if (alone && !(companion && options.sidecars === "classic")) {
        test(`2, ${path} alone: the same annotation on each pod that says nothing of it`, async (context) => {
          if (!served() || (companion && !isOfRelease(companion.path, injection.release)))
            return context.skip(`${injection.release ?? "the newest"} has none`);
          if (companion && cluster.sidecars === "classic") return context.skip(`no ${companion.path} here`);
          const silent = telling.filter(
            ({ template }) =>
              !isOverridden(declaration, open, template) &&
              !(companion && isOverridden(companion, "", template)) &&
              template.metadata?.annotations?.["sidecar.istio.io/status"] === undefined &&
              template.metadata?.annotations?.[proxyConfigAnnotation] === undefined,
          );
          assert.ok(silent.length > 20, `${silent.length} pods`);
          let reached = 0;
          for (const settings of given) {
            if (reached > 0 && oneValue) break;
            const ways: readonly PodOverride[] = declaration
              .overrides(open)
              .filter(({ by }) => by === way.by);
            const annotated = await injection.inject(
              injection.installed,
              "shop",
              silent.map((pod) => withAnnotation(pod, ways, settings[path])),
            );
            const namespaced = await inject({ shop: settings }, silent);
            const secondsEnv: string | undefined =
              rendering.to === "proxyConfig" ? rendering.secondsEnv : undefined;
            assert.deepEqual(
              changed(
                without(annotated, ways, undefined),
                // ASM's variable, which the annotation does not bring
                without(namespaced, ways, secondsEnv),
              ),
              [],
            );
            reached += changed(untouched, namespaced).length;
          }
          assert.ok(reached > 0 || path === "holdApplicationUntilProxyStarts", "the setting reaches pods");
        });
      }
    }

    test("3: settings of another namespace, and of other workloads, change nothing", async () => {
      assert.deepEqual(changed(untouched, await inject({ other: values })), []);
      const others = layers(
        { "shop/others": values },
        { "shop/others": [{ key: "never", operator: "In", values: ["there"] }] },
      );
      const result = await injection.inject(compose(injection.installed, others), "shop", pods);
      assert.deepEqual(changed(untouched, result), []);
    });

    test("2, for workloads: settings for picked pods are the namespace's settings for those pods", async () => {
      const namespaced = await inject({ shop: values });
      const picked = layers(
        { "shop/all": values },
        { "shop/all": [{ key: "never", operator: "DoesNotExist" }] },
      );
      const workload = await injection.inject(compose(injection.installed, picked), "shop", pods);
      assert.deepEqual(changed(namespaced, workload), []);
      assert.ok(changed(untouched, workload).length > most);
    });

    test("every setting at once leaves every pod valid that was valid before", async () => {
      for (const settings of [values, otherValues]) {
        const all = await inject({ "*": settings, shop: settings });
        const denied = [...all].filter(
          ([pod, result]) => result.startsWith("denied") && !untouched.get(pod)?.startsWith("denied"),
        );
        assert.deepEqual(denied, []);
      }
    });

    test("4: taking every layer away gives the bytes back", () => {
      const composed = layered(injection.installed, { "*": values, shop: values, other: {} });
      assert.notEqual(composed.config, injection.installed.config);
      assert.deepEqual(strip(composed), injection.installed);
      assert.deepEqual(compose(composed, {}), injection.installed);
    });
  });
}

function parsed(given: SidecarSettings): CanonicalSettings {
  const read = parseSettings(given);
  assert.deepEqual(read.problems, []);
  return read.value;
}

/** Workload layers are given a selector. */
function layers(
  settings: Record<string, CanonicalSettings>,
  selectors: Record<string, readonly Requirement[]> = {},
): Layers {
  return Object.fromEntries(
    Object.entries(settings).map(([target, given]) => {
      const selector = selectors[target];
      return [
        target,
        { owner: "test", settings: given, ...(selector ? { picks: { selector, priority: 0 } } : {}) },
      ];
    }),
  );
}

function layered(data: InjectorData, settings: Record<string, CanonicalSettings>): InjectorData {
  return compose(data, layers(settings));
}

/** Istio as if it had been installed with what the settings say. */
function withHelmValues(data: InjectorData, settings: CanonicalSettings): InjectorData {
  const values = JSON.parse(data.values);
  for (const { value, declaration, name } of settingEntries(settings)) {
    const rendering = declaration.rendering(name);
    assert.ok(rendering.to === "value");
    putAt(values.global, rendering.path, value);
  }
  return { config: data.config, values: JSON.stringify(values) };
}

/** The pod, saying the setting itself. */
function withAnnotation(
  { name, template }: IstioPod,
  ways: readonly PodOverride[],
  value: unknown,
): IstioPod {
  const annotations: Record<string, string> = { ...template.metadata?.annotations };
  const config = {};
  for (const way of ways) {
    if (way.by === "annotation") annotations[way.name] = String(value);
    if (way.by === "proxyConfig")
      putAt(config, way.path, way.as === "number" ? Number(value) : ownValue(way, value));
    if (way.by === "annotation") break;
  }
  if (Object.keys(config).length > 0) annotations[proxyConfigAnnotation] = JSON.stringify(config);
  return { name, template: { ...template, metadata: { ...template.metadata, annotations } } };
}

// proxy metadata is text
function ownValue(way: PodOverride & { by: "proxyConfig" }, value: unknown): unknown {
  return way.path[0] === "proxyMetadata" ? String(value) : value;
}

/** The answers without the annotations that say the setting, and without a variable. */
function without(
  answers: Map<string, string>,
  ways: readonly PodOverride[],
  variable: string | undefined,
): Map<string, string> {
  const names = ways.map((way) => (way.by === "annotation" ? way.name : proxyConfigAnnotation));
  return new Map(
    [...answers].map(([pod, answer]) => {
      if (answer.startsWith("denied")) return [pod, answer];
      const result = JSON.parse(answer);
      for (const name of names) delete result.annotations[name];
      for (const kind of ["containers", "initContainers"]) {
        for (const container of result.spec[kind] ?? []) {
          container.env = container.env?.filter((one: { name: string }) => one.name !== variable);
          container.env?.sort((a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1));
        }
      }
      return [pod, canonicalJson(result)];
    }),
  );
}

function putAt(root: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let at = root;
  for (const key of path.slice(0, -1)) {
    const next = valueAt(at, [key]);
    at[key] = typeof next === "object" && next !== null ? { ...next } : {};
    at = at[key] as Record<string, unknown>;
  }
  at[path.at(-1) ?? ""] = value;
}

/** The pods that differ. */
function changed(left: Map<string, string>, right: Map<string, string>): string[] {
  return [...right].filter(([pod, result]) => left.get(pod) !== result).map(([pod]) => pod);
}
