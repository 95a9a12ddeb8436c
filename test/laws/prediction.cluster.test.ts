import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Pod } from "../../provider/cluster/podTemplate";
import { effectiveValues } from "../../provider/levels/effectiveSettings";
import { compose, installedGlobal } from "../../provider/render/compose";
import type { InjectorData } from "../../provider/render/InjectorData";
import type { Layers } from "../../provider/render/Layer";
import { effectiveOf, installedSettings } from "../../provider/render/Profile";
import { differences } from "../../provider/rollout/differences";
import { predictFields, type SettingsChange } from "../../provider/rollout/predictFields";
import {
  amountField,
  fieldName,
  hookField,
  proxyContainer,
  type SidecarFields,
  sidecarFields,
} from "../../provider/rollout/sidecarFields";
import { type CanonicalSettings, inOrder, valueAt } from "../../provider/settings/canonicalSettings";
import { declarations } from "../../provider/settings/declarations";
import { parseSettings } from "../../provider/settings/parseSettings";
import type { SidecarSettings } from "../../provider/settings/SidecarSettings";
import { type Cluster, type Sidecars, startCluster } from "../cluster/cluster";
import { Injection } from "./injection";
import { type IstioPod, istioPods } from "./istioPods";
import { everything, otherwise } from "./lawSettings";

interface Change {
  name: string;
  before: Record<string, SidecarSettings>;
  after: Record<string, SidecarSettings>;
}

const whole: Change[] = [
  { name: "everything at once", before: {}, after: { shop: everything } },
  { name: "everything to other values", before: { shop: everything }, after: { shop: otherwise } },
  {
    name: "a global layer under the namespace's",
    before: { shop: everything },
    after: { "*": otherwise, shop: everything },
  },
  {
    name: "the namespace's goes, the global layer takes over",
    before: { "*": otherwise, shop: everything },
    after: { "*": otherwise },
  },
  {
    name: "the global layer goes, the namespace's has everything",
    before: { "*": otherwise, shop: everything },
    after: { shop: everything },
  },
  { name: "everything goes, back to Istio's own", before: { shop: everything }, after: {} },
];

/** Those of which Istio's template still reads something: all but core dumps, which newer releases have no more. */
const declared = declarations.map(({ path }) => path).filter((path) => path !== "enableCoreDump");

const changes: Change[] = [
  ...whole,
  ...declared.flatMap((path) => [
    { name: `${path} alone`, before: {}, after: { shop: only(everything, path) } },
    {
      name: `${path} alone changes`,
      before: { "*": everything },
      after: { "*": everything, shop: only(otherwise, path) },
    },
  ]),
];

for (const sidecars of ["native", "classic"] satisfies Sidecars[]) {
  describe(`what a preview predicts is what the injector then does, ${sidecars} sidecars`, () => {
    let cluster: Cluster;
    let injection: Injection;
    let pods: IstioPod[];

    before(async () => {
      cluster = await startCluster({ sidecars });
      injection = await Injection.open(cluster.kubeconfig, ["shop"]);
      pods = await istioPods();
    });
    after(() => cluster?.stop());

    const known = new Map<string, Promise<Map<string, SidecarFields>>>();
    /** Pod -> its fields by the real injector, of each pod that gets a sidecar. */
    const injected = (layers: Record<string, SidecarSettings>): Promise<Map<string, SidecarFields>> => {
      const key = JSON.stringify(layers);
      const found = known.get(key) ?? inject(layers);
      known.set(key, found);
      return found;
    };
    const inject = async (layers: Record<string, SidecarSettings>) => {
      const answers = await injection.inject(composed(injection.installed, layers), "shop", pods);
      return new Map(
        [...answers].flatMap(([name, answer]) => {
          const fields = answer.startsWith("denied") ? undefined : sidecarFields(JSON.parse(answer) as Pod);
          return fields ? [[name, fields] as const] : [];
        }),
      );
    };

    const settingsChange = ({ before, after }: Pick<Change, "before" | "after">): SettingsChange => ({
      before: effective(injection.installed, before),
      after: effective(injection.installed, after),
    });
    /** What the preview would say wrongly. */
    const mistakes = async ({ before, after }: Change, asked: readonly IstioPod[]): Promise<string[]> => {
      const settings = settingsChange({ before, after });
      const unknowable = fieldsLeftToIstio(settings);
      const [today, then] = [await injected(before), await injected(after)];
      assert.ok(today.size > 80, `${today.size} pods have a sidecar`);
      const found = asked.flatMap(({ name: pod, template }) => {
        const [given, truth] = [today.get(pod), then.get(pod)];
        if (!given || !truth) return [];
        const predicted = predictFields(given, template, settings);
        return differences(predicted, truth)
          .filter(({ field, from }) => from !== undefined || !unknowable.has(field))
          .map(({ field, from, to }) => ({ pod, wrong: `${field}: predicted ${from}, it is ${to}` }));
      });
      const wrongs = new Map<string, string[]>();
      for (const { pod, wrong } of found) wrongs.set(wrong, [...(wrongs.get(wrong) ?? []), pod]);
      return [...wrongs].map(
        ([wrong, at]) => `${wrong}: ${at.length} pods, such as ${at.slice(0, 5).join(", ")}`,
      );
    };
    const ordinary = () => pods.filter((pod) => !hasOtherTemplates(pod) && !isInjectedByHand(pod));

    for (const change of changes) {
      test(change.name, async () => {
        assert.deepEqual(await mistakes(change, ordinary()), []);
      });
    }

    for (const change of whole) {
      test(`${change.name}: pods of other templates, such as gateways, are left alone`, async () => {
        const others = pods.filter(hasOtherTemplates);
        assert.ok(others.length >= 3);
        assert.deepEqual(await mistakes(change, others), []);
      });

      test(`${change.name}: of pods that istioctl kube-inject has been at, it says whether they restart`, async () => {
        const byHand = pods.filter(isInjectedByHand);
        const [today, then] = [await injected(change.before), await injected(change.after)];
        const settings = settingsChange(change);
        const compared = byHand.flatMap(({ name, template }) => {
          const [given, truth] = [today.get(name), then.get(name)];
          if (!given || !truth) return [];
          const [said, is] = [predictFields(given, template, settings), truth].map(
            (fields) => differences(given, fields).length > 0,
          );
          return [{ name, said, is }];
        });
        assert.ok(compared.length >= 1);
        for (const { name, said, is } of compared) assert.equal(said, is, name);
      });
    }
  });
}

function hasOtherTemplates({ template }: IstioPod): boolean {
  const templates = template.metadata?.annotations?.["inject.istio.io/templates"];
  return templates !== undefined && !templates.split(",").includes("sidecar");
}

// its template has a sidecar, of which the injector replaces more or less, as sidecars are native or not: no template tells
function isInjectedByHand({ template }: IstioPod): boolean {
  return template.metadata?.annotations?.["sidecar.istio.io/status"] !== undefined;
}

/** A setting that goes away, with no weaker level that has it: what Istio puts there is not known beforehand. */
function fieldsLeftToIstio({ before, after }: SettingsChange): Set<string> {
  const gone = inOrder(Object.keys(before)).filter(({ path }) => after[path] === undefined);
  const changes = (path: string) => JSON.stringify(before[path]) !== JSON.stringify(after[path]);
  const fields = gone.flatMap(({ declaration, name }) =>
    declaration
      .sights(name)
      // a list that goes away is Istio's additions alone, which today's list shows
      .flatMap((sight) => (sight.in === "flag" && sight.list ? [] : [fieldName(sight)])),
  );
  // Istio has hooks of its own for each kind of sidecar, and while the application is held, where settings have none
  const hooks = ["postStart", "preStop"];
  const ours = hooks.some((hook) => after[`lifecycle.${hook}`] !== undefined);
  if (
    !ours &&
    ["nativeSidecar", "holdApplicationUntilProxyStarts", ...hooks.map((hook) => `lifecycle.${hook}`)].some(
      changes,
    )
  )
    fields.push(...hooks.map((hook) => hookField([hook])));
  // the API server's policy for the tag of an image without a variant
  if (changes("imageType") && after.imagePullPolicy === undefined)
    fields.push("istio-proxy imagePullPolicy", "istio-init imagePullPolicy");
  if (gone.some(({ path }) => path === "scaledResources"))
    fields.push(...amounts.map((field) => amountField(proxyContainer, field)));
  return new Set(fields);
}

const amounts = ["limits", "requests"].flatMap((kind) => [
  [kind, "cpu"],
  [kind, "memory"],
]);

function composed(data: InjectorData, given: Record<string, SidecarSettings>): InjectorData {
  const layers: Layers = Object.fromEntries(
    Object.entries(given).map(([target, settings]) => [
      target,
      { owner: "test", settings: parsed(settings) },
    ]),
  );
  return compose(data, layers);
}

/** What holds in namespace shop. */
function effective(data: InjectorData, given: Record<string, SidecarSettings>): CanonicalSettings {
  return effectiveValues(
    effectiveOf({
      installed: installedSettings(installedGlobal(data)),
      ...(given["*"] ? { global: parsed(given["*"]) } : {}),
      ...(given.shop ? { namespace: parsed(given.shop) } : {}),
    }),
  );
}

function parsed(settings: SidecarSettings): CanonicalSettings {
  const read = parseSettings(settings);
  assert.deepEqual(read.problems, []);
  return read.settings;
}

/** Settings cut down to one. */
function only(settings: SidecarSettings, path: string): SidecarSettings {
  const keys = path.split(".");
  return keys.reduceRight<unknown>(
    (inner, key) => ({ [key]: inner }),
    valueAt(settings, keys),
  ) as SidecarSettings;
}
