import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Document, isScalar, parse, Scalar, visit } from "yaml";
import { effectiveValues } from "../../provider/levels/effectiveSettings";
import { compose, installedGlobal, strip } from "../../provider/configMap/compose";
import type { InjectorData } from "../../provider/configMap/InjectorData";
import { globalTarget, type Layers, isWorkloadTarget, namespaceOf } from "../../provider/levels/Layer";
import { layersFor, workloadLayers } from "../../provider/levels/layersReaching";
import { profileFor } from "../configMap/profileFor";
import { labelsPickedBy, parseSelector, selectorText } from "../../provider/levels/selector";
import { effectiveOf, installedSettings, profileOf } from "../../provider/levels/Profile";
import { storedProfile } from "../../provider/configMap/StoredProfile";
import { publishedSettings } from "../../provider/publish/publishedSettings";
import { nested } from "../../provider/settings/canonicalSettings";
import { parseSettings } from "../../provider/settings/parseSettings";

/** `settings.yaml` of a golden folder. */
interface Written {
  global?: unknown;
  namespaces?: Record<string, unknown>;
  /** Namespace -> name -> selector, priority and settings. */
  workloads?: Record<string, Record<string, { selector: unknown; priority?: number; settings: unknown }>>;
}

/** The one golden with the template's text: in the others it would be the same again. */
const wholeText = "the-template-has-settings-in-its-places";
const sidecarTemplates = /^( +sidecar(?:-scoped)?: )\|\n(?: {4,}.*\n|\n)+/gm;
const elsewhere = "elsewhere";
const update = process.env.UPDATE_GOLDENS === "1";

for (const folder of readdirSync(__dirname, { withFileTypes: true })) {
  if (folder.isDirectory()) describeGolden(folder.name);
}

function describeGolden(name: string): void {
  const file = (base: string) => join(__dirname, name, base);
  const read = (base: string) => readFileSync(file(base), "utf8");

  describe(`${name}: ${read("claim.txt").trim()}`, () => {
    const own = existsSync(file("injector.yaml"));
    const injector = parse(
      readFileSync(own ? file("injector.yaml") : join(__dirname, "injector.yaml"), "utf8"),
    ) as InjectorData;
    const layers = layersWritten(parse(read("settings.yaml")) ?? {});
    const composed = compose(injector, layers);

    it("opens with a claim of one line", () => {
      assert.match(read("claim.txt"), /^\S[^\n]{20,200}\.\n$/);
    });

    it("gives back the injector byte for byte once the settings go", () => {
      assert.deepEqual(strip(composed), injector);
      assert.deepEqual(compose(composed, layers), composed);
    });

    for (const [base, text] of [
      ["rendered.yaml", rendered(composed, layers, { text: name === wholeText, place: own })],
      ["report.txt", report(injector, layers)],
    ] as const) {
      it(`renders ${base}`, () => {
        if (update) writeFileSync(file(base), text);
        const golden = existsSync(file(base)) ? read(base) : "";
        assert.equal(text, golden, `${name}/${base}: UPDATE_GOLDENS=1 rewrites it`);
      });
    }
  });
}

function layersWritten({ global, namespaces = {}, workloads = {} }: Written): Layers {
  const written = { ...(global === undefined ? {} : { [globalTarget]: global }), ...namespaces };
  const layers = Object.entries(written).map(([target, input]) => [target, layerWritten(target, input)] as const);
  const picking = Object.entries(workloads).flatMap(([namespace, named]) =>
    Object.entries(named).map(([name, { selector: input, priority = 0, settings }]) => {
      const { value: selector, problems } = parseSelector(input);
      assert.deepEqual(problems, [], name);
      const target = `${namespace}/${name}`;
      return [target, { ...layerWritten(target, settings), picks: { selector, priority } }] as const;
    }),
  );
  return Object.fromEntries([...layers, ...picking]);
}

function layerWritten(target: string, input: unknown): Layers[string] {
  const { value: settings, problems } = parseSettings(input);
  assert.deepEqual(problems, [], target);
  return { owner: `acme/mesh/prod:${target === globalTarget ? "global" : target}`, settings };
}

/** What pods of each namespace look up, then the texts as they are written, as far as they are to be shown. */
function rendered(composed: InjectorData, layers: Layers, shows: { text: boolean; place: boolean }): string {
  const profiles = Object.fromEntries(
    places(layers).flatMap((namespace) => [
      [namespace, profileFor(composed, namespace) ?? "none: as Istio was installed"],
      ...workloadLayers(layers, namespace).map(({ settings, picks }) => [
        `${namespace}, then ${selectorText(picks.selector)}`,
        storedProfile(profileOf({ namespace: settings })),
      ]),
    ]),
  );
  const config = shows.text ? composed.config : composed.config.replace(sidecarTemplates, "$1...\n");
  const document = new Document({
    profiles,
    ...(shows.text || shows.place ? { config } : {}),
    values: composed.values,
  });
  visit(document, {
    Scalar(_key, node) {
      if (isScalar(node) && typeof node.value === "string" && node.value.includes("\n"))
        node.type = Scalar.BLOCK_LITERAL;
    },
  });
  return document.toString({ lineWidth: 0 });
}

/** The published settings of each namespace, of one that has none of its own, and of pods that workload settings pick. */
function report(injector: InjectorData, layers: Layers): string {
  const installed = installedSettings(installedGlobal(injector));
  const told = (place: string, namespace: string, labels: Record<string, string>) => {
    const effective = effectiveOf({ installed, ...layersFor(layers, namespace, labels) });
    const sources = Object.fromEntries(Object.entries(effective).map(([path, { source }]) => [path, source]));
    return `== ${place} ==\n${publishedSettings(nested(effectiveValues(effective)), sources)}`;
  };
  return places(layers)
    .flatMap((namespace) => [
      told(namespace, namespace, {}),
      ...workloadLayers(layers, namespace).map(({ picks: { selector } }) =>
        told(`${namespace}, ${selectorText(selector)}`, namespace, labelsPickedBy(selector) ?? {}),
      ),
    ])
    .join("\n");
}

function places(layers: Layers): string[] {
  const namespaces = Object.keys(layers).flatMap((target) =>
    target === globalTarget ? [] : [isWorkloadTarget(target) ? (namespaceOf(target) ?? "") : target],
  );
  return [...new Set([...namespaces, elsewhere])];
}
