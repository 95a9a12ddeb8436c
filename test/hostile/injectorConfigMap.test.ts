import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { compose, installedGlobal, strip } from "../../provider/configMap/compose";
import type { InjectorData } from "../../provider/configMap/InjectorData";
import { layersOf } from "../../provider/configMap/layersOf";
import { stampsIn } from "../../provider/configMap/stampsIn";
import { explainSidecar } from "../../provider/explain/explainSidecar";
import type { Layers } from "../../provider/levels/Layer";
import { installedSettings } from "../../provider/levels/Profile";
import { settingEntries } from "../../provider/settings/canonicalSettings";
import { parseSettings } from "../../provider/settings/parseSettings";
import { istioVersion } from "../../provider/template/istioVersion";
import { scopeReads } from "../../provider/template/scopeReads";
import { config, data, layers, template, values } from "../configMap/injectorText";
import { profileFor } from "../configMap/profileFor";
import { everything } from "../laws/lawSettings";
import { hostileKey, hostileText, jsonValue, mangled, nastyTexts, replacedSomewhere } from "./arbitraries";
import { holds, orRefusal } from "./claims";

const composed = compose(data, layers);
const configs = [
  config,
  composed.config,
  `${config}aliases:\n  sidecar:\n  - sidecar\n  both: [gateway, "sidecar"]\ndefaultTemplates: [both]\n`,
  `# hand-written\n${config}`,
  JSON.stringify({
    templates: { sidecar: template },
    aliases: { a: ["sidecar"] },
  }),
];
const manyValues = [
  values,
  composed.values,
  JSON.stringify(JSON.parse(values), undefined, 2),
  "global: { hub: x }\n",
];

/** Everything that is read from a ConfigMap, and what would be written to it. */
function use(given: InjectorData): void {
  orRefusal(() => installedSettings(installedGlobal(given)));
  istioVersion(given);
  orRefusal(() => profileFor(given, "shop"));
  orRefusal(() => stampsIn(given)("shop", { app: "web" }));
  const present = orRefusal(() => layersOf(given));
  if (present) {
    for (const namespace of ["shop", "constructor"])
      explainSidecar(
        { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "app" }] } },
        { namespace, layers: present },
      );
  }
  const bare = orRefusal(() => strip(given));
  const written = orRefusal(() => compose(given, layers));
  if (!written) return;
  assert.deepEqual(strip(written), bare, "what is taken out again is what was there");
  assert.deepEqual(layersOf(written), layers);
  assert.deepEqual(compose(written, layers), written, "a second time changes nothing");
}

describe("an injector's ConfigMap", () => {
  it("of any text is composed and given back byte for byte, or refused", () => {
    holds(fc.tuple(mangled(configs), mangled(manyValues)), ([one, other]) =>
      use({ config: one, values: other }),
    );
    holds(mangled(configs), (one) => use({ config: one, values }));
    holds(mangled(manyValues), (other) => use({ config, values: other }));
  });

  it("of any data is composed and given back byte for byte, or refused", () => {
    const whole = {
      policy: "enabled",
      defaultTemplates: ["both"],
      templates: { sidecar: template, gateway: "x" },
      aliases: { both: ["gateway", "sidecar"] },
    };
    holds(replacedSomewhere(whole, jsonValue), (one) => use({ config: JSON.stringify(one), values }));
    const global = {
      global: { proxy: { resources: { limits: { cpu: "2" } }, image: "proxyv2" }, tag: "1.31.0" },
    };
    holds(replacedSomewhere(global, jsonValue), (other) => use({ config, values: JSON.stringify(other) }));
  });

  it("with our data edited by hand is read, or refused and never overwritten", () => {
    const stored = (JSON.parse(composed.values) as { global: { sidecarSettings: object } }).global
      .sidecarSettings;
    const { reads } = scopeReads(template);
    const settings = Object.fromEntries(
      settingEntries(parseSettings(everything).value).flatMap(({ path, value, declaration, name }) =>
        reads(declaration.rendering(name)) ? [[path, value]] : [],
      ),
    );
    const full = compose(data, { shop: { owner: "o", settings } });
    const every = (JSON.parse(full.values) as { global: { sidecarSettings: object } }).global.sidecarSettings;
    for (const one of [stored, every]) {
      holds(replacedSomewhere(one, jsonValue), (changed) =>
        use({ config, values: JSON.stringify({ global: { proxy: {}, sidecarSettings: changed } }) }),
      );
    }
  });

  const edges: [string, Partial<InjectorData>, RegExp][] = [
    [
      "whose values are aliases without end",
      { values: "global: &a { b: *a }" },
      /anchor that contains itself/,
    ],
    ["whose values name an anchor that is not there", { values: "global: *a" }, /Unresolved alias/],
    ["whose values are nested too deep", { values: `{"global":${"[".repeat(9_000)}` }, /levels of nesting/],
    [
      "whose default template has a method's name",
      { config: `${config}defaultTemplates: [constructor]\n` },
      /got constructor, which leads to constructor\./,
    ],
    [
      "in whose data a setting has a value that no setting has",
      { values: edited("limits.cpu", 5) },
      /changed by hand: proxyResources\.limits\.cpu of settings \w+ is 5/,
    ],
  ];
  for (const [edge, part, message] of edges) {
    it(`${edge} is refused`, () => {
      assert.throws(
        () => compose({ ...data, ...part }, layers),
        (error: unknown) =>
          orRefusal(() => {
            throw error;
          }) === undefined && message.test(String(error)),
      );
    });
  }
});

/** The composed values with another value for every setting whose path ends so. */
function edited(ending: string, value: unknown): string {
  return JSON.stringify(
    JSON.parse(composed.values, (key, is: unknown) => (key.endsWith(ending) ? value : is)),
  );
}

describe("hostile text in settings of every level", () => {
  const name = fc.oneof(
    fc.constantFrom("__proto__", "constructor", "toString", "A"),
    fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,20}$/),
  );
  const key = fc.oneof(fc.constantFrom(...nastyTexts), fc.string(), hostileKey);
  const settings = fc.record(
    {
      env: fc.dictionary(name, hostileText, { maxKeys: 4 }),
      runtimeValues: fc.dictionary(key, hostileText, { maxKeys: 3 }),
      tracing: fc.record({
        customTags: fc.dictionary(
          key,
          hostileText.map((text) => ({ header: { name: "h", defaultValue: text } })),
          { maxKeys: 3 },
        ),
      }),
      lifecycle: fc.record({
        preStop: fc
          .array(hostileText, { minLength: 1, maxLength: 3 })
          .map((command) => ({ exec: { command } })),
        postStart: hostileText.map((text) => ({
          httpGet: { path: text, port: 80, httpHeaders: [{ name: "a", value: text }] },
        })),
      }),
      statsMatcher: fc.record({
        inclusionPrefixes: fc.array(hostileText),
        inclusionSuffixes: fc.array(hostileText),
      }),
      extraStatTags: fc.array(hostileText),
    },
    { requiredKeys: [] },
  );

  it("changes no byte of the templates, and comes back from the values as it was", () => {
    const templates = compose(data, { shop: { owner: "o", settings: {} } }).config;
    let written = 0;
    // hostile text is refused so often that a run may have no other
    const some = fc.oneof(settings, fc.constant({ env: { PLAIN: "text" } }));
    holds(
      fc.tuple(some, some, some, fc.string({ unit: "grapheme" })),
      ([global, namespace, workload, owner]) => {
        const [everywhere, shop, web] = [global, namespace, workload].map((one) => parseSettings(one));
        if (!everywhere || !shop || !web) return;
        const picks = { selector: [{ key: "app", operator: "Exists" as const }], priority: 1 };
        const given: Layers = {
          "*": { owner, settings: everywhere.value },
          constructor: { owner, settings: shop.value },
          "shop/web": { owner, settings: web.value, picks },
        };
        if ([everywhere, shop, web].some(({ problems }) => problems.length === 0)) written += 1;
        const { config: text, values: stored } = compose(data, given);
        assert.equal(text, templates);
        assert.deepEqual(layersOf({ values: stored }), given);
        assert.deepEqual(Object.keys((JSON.parse(stored) as { global: object }).global), [
          "proxy",
          "sidecarSettings",
        ]);
      },
    );
    assert.ok(written > 0);
  });
});
