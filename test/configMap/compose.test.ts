import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { compose, installedGlobal, strip } from "../../provider/configMap/compose";
import type { InjectorData } from "../../provider/configMap/InjectorData";
import { layersOf } from "../../provider/configMap/layersOf";
import type { StoredProfile } from "../../provider/configMap/StoredProfile";
import { stampsIn } from "../../provider/configMap/stampsIn";
import { InjectorRefusal } from "../../provider/data/InjectorRefusal";
import { isWorkloadTarget, type Layer, type Layers, namespaceOf } from "../../provider/levels/Layer";
import { layersFor, workloadLayers } from "../../provider/levels/layersReaching";
import { profileOf } from "../../provider/levels/Profile";
import { config, data, indented, layers, template, values } from "./injectorText";
import { profileFor } from "./profileFor";

const asJson = JSON.stringify(template);
const valuesOf = (indent: string | number) => JSON.stringify(JSON.parse(values), null, indent);

const configs: [string, string][] = [
  ["Istio's own form", config],
  ["no final newline", config.trimEnd()],
  ["indentation of 4", `templates:\n    sidecar: |\n${indented(template, "        ")}policy: enabled\n`],
  ["indentation of 1", `templates:\n sidecar: |\n${indented(template, "  ")}`],
  ["a comment first", `# Installed by Helm.\n\n${config}`],
  ["comments everywhere", config.replace("templates:", "# 1\ntemplates: # 2\n  # 3").concat("  # 4\n# 5\n")],
  ["a document marker", `---\n${config}...\n`],
  ["CRLF", config.replaceAll("\n", "\r\n")],
  [
    "other templates around",
    config.replace("  sidecar:", "  gateway: |\n    a: b\n  sidecar:").concat("  grpc: x\n"),
  ],
  ["kept blank lines behind the template", `${config.replace("|", "|+")}\n\npolicy2: x\n`],
  ["no newline behind the template", config.replace("|", "|-")],
  ["a flow map of templates", `policy: enabled\ntemplates: {sidecar: ${asJson}}\n`],
  ["quoted text", `"templates":\n  "sidecar": ${asJson}\n`],
  ["an anchor", config.replace("sidecar: |", "sidecar: &s |").concat("  same: *s\n")],
  ["a template by a merge", `${config.replace("templates:", "all: &all")}templates:\n  <<: *all\n  own: x\n`],
  ["aliases and defaults", `${config}defaultTemplates: [mine, sidecar]\naliases:\n  mine:\n  - sidecar\n`],
  ["aliases that are null", `${config}aliases:\n`],
  ["aliases that are null in words, and a comment", `${config}aliases: null # none\npolicy2: x\n`],
  ["a byte order mark", `\ufeff${config}`],
  ["JSON", JSON.stringify(parse(config))],
  ["JSON with indentation", JSON.stringify(parse(config), null, 2)],
  ["JSON with aliases that are null", JSON.stringify({ aliases: null, ...parse(config) })],
  ["JSON with aliases that are null, last", JSON.stringify({ ...parse(config), aliases: null })],
  ["JSON with an empty map of aliases", JSON.stringify({ ...parse(config), aliases: {} })],
  ["JSON with aliases", JSON.stringify({ ...parse(config), aliases: { a: ["sidecar"] } }, null, 2)],
  ["an empty map of aliases", `${config}aliases: {}\n`],
];

const valueTexts: [string, string][] = [
  ["JSON in one line", values],
  ["JSON with indentation 2, as Helm writes it", valuesOf(2)],
  ["JSON with indentation 4 and a final newline", `${valuesOf(4)}\n`],
  ["JSON with tabs", valuesOf("\t")],
  ["JSON with CRLF", valuesOf(2).replaceAll("\n", "\r\n")],
  ["JSON with a byte order mark", `\ufeff${valuesOf(2)}`],
  ["an empty global", '{"global":{}}'],
  ["global between others", '{"z":1,"global":{"proxy":{},"a":1},"b":{"c":2}}'],
  [
    "escapes, large numbers and floats",
    '{"global":{"proxy":{"a":"\\u00e9\\"","b":12345678901234567890,"c":1.0}}}',
  ],
  ["YAML", "# a\nglobal: # b\n  # c\n  proxy: {} # d\n# e\n"],
  ["YAML with indentation 4", "global:\n    proxy: {}\nz: 1\n"],
];

const table: [string, InjectorData][] = [
  ...configs.map(([edge, text]): [string, InjectorData] => [`config: ${edge}`, { config: text, values }]),
  ...valueTexts.map(([edge, text]): [string, InjectorData] => [`values: ${edge}`, { config, values: text }]),
];

for (const [edge, original] of table) {
  describe(edge, () => {
    const composed = compose(original, layers);

    it("comes back byte for byte once the layers go", () => {
      assert.deepEqual(strip(composed), original);
      assert.deepEqual(compose(composed, {}), original);
    });

    it("is the same for the same layers, whatever was there of ours", () => {
      assert.deepEqual(compose(composed, layers), composed);
      const others: Layers = { bank: { owner: "o", settings: { dnsProxy: false } } };
      assert.deepEqual(compose(compose(original, others), layers), composed);
    });

    it("keeps all that Istio put there", () => {
      const { aliases: _, templates, ...rest } = parse(composed.config);
      const { aliases: __, templates: before, ...restBefore } = parse(original.config);
      assert.deepEqual(rest, restBefore);
      assert.equal(templates.sidecar, before.sidecar);
      const { sidecarSettings, ...global } = parse(composed.values).global;
      assert.deepEqual(global, parse(original.values).global);
      assert.equal(sidecarSettings.version, 1);
    });

    it("reads its layers", () => {
      assert.deepEqual(layersOf(composed), layers);
      assert.deepEqual(layersOf(original), {});
    });
  });
}

it("a config in JSON stays JSON", () => {
  for (const text of [JSON.stringify(parse(config)), JSON.stringify({ ...parse(config), aliases: null })])
    assert.deepEqual(JSON.parse(compose({ config: text, values }, layers).config).aliases, {
      sidecar: ["sidecar-scoped"],
    });
});

describe("layers", () => {
  it("without any leave the texts as they are", () => {
    assert.deepEqual(compose(data, {}), data);
  });

  it("give the same bytes in any order", () => {
    const backwards = Object.fromEntries(Object.entries(layers).reverse());
    assert.deepEqual(compose(data, backwards), compose(data, layers));
  });

  it("of equal settings are stored once", () => {
    const { settings = {} } = layers.shop ?? {};
    const many = Object.fromEntries(
      Array.from({ length: 100 }, (_, at) => [`shop-${at}`, { owner: `o:${at}`, settings }]),
    );
    const stored = JSON.parse(compose(data, many).values).global.sidecarSettings;
    assert.equal(Object.keys(stored.settings).length, 1);
    assert.equal(Object.keys(stored.profiles).length, 1);
    assert.equal(new Set(Object.values(stored.namespaces)).size, 1);
  });

  it("leave JSON that is JSON", () => {
    for (const text of [values, valuesOf(2), '{"global":{}}'])
      assert.doesNotThrow(() => JSON.parse(compose({ config, values: text }, layers).values));
  });

  it("survive each half of an upgrade that rewrites the other text", () => {
    const composed = compose(data, layers);
    assert.deepEqual(compose({ config, values: composed.values }, layers), composed);
    assert.deepEqual(compose({ config: composed.config, values }, layers), composed);
    assert.deepEqual(strip({ config, values: composed.values }), data);
  });
});

describe("one template of ours", () => {
  const composed = compose(data, layers);

  it("is added, and Istio's alias leads to it", () => {
    assert.deepEqual(Object.keys(parse(composed.config).templates), ["sidecar-scoped", "sidecar"]);
    assert.deepEqual(parse(composed.config).aliases, { sidecar: ["sidecar-scoped"] });
  });
});

describe("the profile of a namespace", () => {
  const composed = compose(data, layers);

  it("is its own layer's over the global one, or else the global one", () => {
    const global = {
      "global/proxy/resources/limits": { cpu: "1" },
      "metadata, where no ISTIO_META_DNS_CAPTURE": { ISTIO_META_DNS_CAPTURE: "true" },
      "metadata, where no ISTIO_META_DNS_AUTO_ALLOCATE": { ISTIO_META_DNS_AUTO_ALLOCATE: "true" },
    };
    assert.deepEqual(written(profileFor(composed, "shop")), {
      ...global,
      always: { excludeInboundPorts: "9191" },
    });
    assert.deepEqual(written(profileFor(composed, "other")), global);
    assert.notEqual(profileFor(composed, "other")?.stamp, profileFor(composed, "shop")?.stamp);
  });

  it("is empty where nothing is set", () => {
    assert.equal(profileFor(data, "shop"), undefined);
    assert.equal(
      profileFor(compose(data, { shop: layers.shop ?? { owner: "", settings: {} } }), "other"),
      undefined,
    );
  });

  it("is the global one for a namespace that has the name of a JavaScript property", () => {
    assert.deepEqual(profileFor(composed, "constructor"), profileFor(composed, "other"));
  });
});

describe("workload layers", () => {
  const picking = (priority: number, nth: number, app = "web"): Layer => ({
    owner: `o:${nth}`,
    settings: { "env.NTH": `${nth}` },
    picks: { selector: [{ key: "app", operator: "In", values: [app] }], priority },
  });
  const several: Layers = {
    "shop/z": picking(1, 1),
    "shop/a": picking(2, 2),
    "shop/b": picking(1, 3),
    "shop/c": picking(-1, 4),
    "bank/d": picking(0, 5),
    shop: { owner: "o", settings: { dnsProxy: true } },
    "*": { owner: "o", settings: { dnsProxy: false } },
  };
  const inTurn = ["shop/c", "shop/b", "shop/z", "shop/a"];
  const stampOf = (target: string) => profileOf({ namespace: several[target]?.settings ?? {} }).stamp;

  it("come the weakest first: by priority, then by name, whatever their order", () => {
    for (const given of [several, Object.fromEntries(Object.entries(several).reverse())])
      assert.deepEqual(
        workloadLayers(given, "shop").map(({ target }) => target),
        inTurn,
      );
    assert.deepEqual(workloadLayers(several, "other"), []);
    assert.deepEqual(workloadLayers(several, "*"), []);
  });

  it("are looked up in that order by the templates", () => {
    const { workloads } = JSON.parse(compose(data, several).values).global.sidecarSettings;
    assert.deepEqual(
      workloads.shop.map(({ profile }: { profile: string }) => profile),
      inTurn.map(stampOf),
    );
    assert.deepEqual(Object.keys(workloads).sort(), ["bank", "shop"]);
  });

  it("reach the pods that their selectors pick, over the namespace's or the global layer", () => {
    assert.deepEqual(layersFor(several, "shop", { app: "web", tier: "front" }), {
      global: { dnsProxy: false },
      namespace: { dnsProxy: true },
      workloads: ["4", "3", "1", "2"].map((nth) => ({ "env.NTH": nth })),
    });
    assert.deepEqual(layersFor(several, "bank", { app: "web" }), {
      global: { dnsProxy: false },
      workloads: [{ "env.NTH": "5" }],
    });
    assert.deepEqual(layersFor(several, "shop", { app: "api" }).workloads, []);
    assert.deepEqual(layersFor(several, "shop").workloads, []);
    assert.deepEqual(layersFor({}, "shop", { app: "web" }), { workloads: [] });
  });

  it("show in the stamp of the pods that they reach, in that order behind the namespace's or global one", () => {
    const composed = compose(data, several);
    const base = profileFor(composed, "shop")?.stamp;
    assert.equal(stampsIn(composed)("shop", { app: "web" }), [base, ...inTurn.map(stampOf)].join("."));
    assert.equal(stampsIn(composed)("shop", { app: "api" }), base);
    assert.equal(stampsIn(composed)("shop"), base);
    assert.equal(
      stampsIn(composed)("bank", { app: "web" }),
      `${profileFor(composed, "bank")?.stamp}.${stampOf("bank/d")}`,
    );
  });

  it("alone make the whole stamp; pods that nothing reaches have none", () => {
    const composed = compose(data, { "bank/d": picking(0, 5) });
    assert.equal(stampsIn(composed)("bank", { app: "web" }), stampOf("bank/d"));
    assert.equal(stampsIn(composed)("bank", { app: "api" }), undefined);
    assert.equal(stampsIn(composed)("shop", { app: "web" }), undefined);
    assert.equal(stampsIn(data)("shop", { app: "web" }), undefined);
  });

  it("of equal settings are stored once, each with its owner and its own selector", () => {
    const many = Object.fromEntries(
      Array.from({ length: 100 }, (_, at) => [
        `shop-${at % 10}/web-${at}`,
        { ...picking(at, 1, `app-${at}`), owner: `o:${at}` },
      ]),
    );
    const composed = compose(data, many);
    const stored = JSON.parse(composed.values).global.sidecarSettings;
    assert.equal(Object.keys(stored.settings).length, 1);
    assert.equal(Object.keys(stored.profiles).length, 1);
    assert.deepEqual(layersOf(composed), many);
    assert.deepEqual(strip(composed), data);
  });

  it("may be of namespaces and labels that have the names of JavaScript properties", () => {
    const odd: Layers = {
      "constructor/x": {
        owner: "o",
        settings: { dnsProxy: true },
        picks: { selector: [{ key: "constructor", operator: "Exists" }], priority: 0 },
      },
    };
    const composed = compose(data, odd);
    assert.deepEqual(layersOf(composed), odd);
    assert.equal(
      stampsIn(composed)("constructor", { constructor: "" }),
      profileOf({ namespace: { dnsProxy: true } }).stamp,
    );
    assert.equal(stampsIn(composed)("constructor", {}), undefined);
    assert.equal(stampsIn(composed)("toString", { constructor: "" }), undefined);
  });

  it("are distinguished from other targets by their names", () => {
    assert.deepEqual(["*", "shop", "shop/web"].map(namespaceOf), [undefined, "shop", "shop"]);
    assert.deepEqual(["*", "shop", "shop/web"].map(isWorkloadTarget), [false, false, true]);
  });
});

it("what Istio was installed with is Helm's global, or nothing", () => {
  assert.deepEqual(installedGlobal(data), { proxy: { resources: { limits: { cpu: "2" } } } });
  assert.equal(installedGlobal({ values: "{}" }), undefined);
  const merged = "shared: &shared\n  proxy: {}\nglobal:\n  <<: *shared\n  tag: x\n";
  assert.deepEqual(installedGlobal({ values: merged }), { proxy: {}, tag: "x" });
});

/** What a profile puts in place: where -> what. */
function written({ writes = [] }: Partial<StoredProfile> = {}): Record<string, unknown> {
  return Object.fromEntries(writes.map(({ at, is, own }) => [own ? `${at}, where no ${own}` : at, is]));
}

it("a refusal is one of the injector's", () => {
  assert.throws(() => compose({ config: "", values }, layers), InjectorRefusal);
});
