import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Document, isScalar, parse, Scalar, visit } from "yaml";
import { effectiveValues } from "../../provider/levels/effectiveSettings";
import {
  compose,
  globalTarget,
  type InjectorData,
  installedProxy,
  type Layers,
  profileFor,
  strip,
} from "../../provider/render/compose";
import { effectiveOf, installedSettings } from "../../provider/render/Profile";
import { publishedSettings } from "../../provider/report/publishedSettings";
import { type CanonicalSettings, nested } from "../../provider/settings/canonicalSettings";
import { parseSettings } from "../../provider/settings/parseSettings";

/** `settings.yaml` of a golden folder. */
interface Written {
  global?: unknown;
  namespaces?: Record<string, unknown>;
}

const elsewhere = "elsewhere";
const update = process.env.UPDATE_GOLDENS === "1";

for (const folder of readdirSync(__dirname, { withFileTypes: true })) {
  if (folder.isDirectory()) describeGolden(folder.name);
}

function describeGolden(name: string): void {
  const file = (base: string) => join(__dirname, name, base);
  const read = (base: string) => readFileSync(file(base), "utf8");

  describe(`${name}: ${read("claim.txt").trim()}`, () => {
    const injector = parse(read("injector.yaml")) as InjectorData;
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
      ["rendered.yaml", rendered(composed, layers)],
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

function layersWritten({ global, namespaces = {} }: Written): Layers {
  const written = { ...(global === undefined ? {} : { [globalTarget]: global }), ...namespaces };
  return Object.fromEntries(
    Object.entries(written).map(([target, input]) => {
      const { settings, problems } = parseSettings(input);
      assert.deepEqual(problems, [], target);
      return [target, { owner: `acme/mesh/prod:${target === globalTarget ? "global" : target}`, settings }];
    }),
  );
}

/** What pods of each namespace look up, then the two texts as they are written. */
function rendered(composed: InjectorData, layers: Layers): string {
  const profiles = Object.fromEntries(
    places(layers).map((namespace) => [namespace, profileFor(composed, namespace) ?? "none: as Istio was installed"]),
  );
  const document = new Document({ profiles, config: composed.config, values: composed.values });
  visit(document, {
    Scalar(_key, node) {
      if (isScalar(node) && typeof node.value === "string" && node.value.includes("\n"))
        node.type = Scalar.BLOCK_LITERAL;
    },
  });
  return document.toString({ lineWidth: 0 });
}

/** The published settings of each namespace, and of one that has none of its own. */
function report(injector: InjectorData, layers: Layers): string {
  const proxy = installedProxy(injector);
  const settingsOf = (level: "global" | "namespace", target: string): { [level: string]: CanonicalSettings } =>
    layers[target] ? { [level]: layers[target].settings } : {};
  return places(layers)
    .map((namespace) => {
      const effective = effectiveOf({
        installed: installedSettings(proxy),
        installedProxy: proxy,
        ...settingsOf("global", globalTarget),
        ...settingsOf("namespace", namespace),
      });
      const sources = Object.fromEntries(Object.entries(effective).map(([path, { source }]) => [path, source]));
      return `== ${namespace} ==\n${publishedSettings(nested(effectiveValues(effective)), sources)}`;
    })
    .join("\n");
}

function places(layers: Layers): string[] {
  return [...Object.keys(layers).filter((target) => target !== globalTarget), elsewhere];
}
