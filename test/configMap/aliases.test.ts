import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { addAliases, removeAliases } from "../../provider/configMap/aliases";
import { InjectorRefusal } from "../../provider/data/InjectorRefusal";

const ours = ["sidecar-scoped"];
const templates = "templates:\n  sidecar: x\n";

describe("aliases", () => {
  const rows: [string, string, Record<string, string[] | null>][] = [
    ["where there are none", "", { sidecar: ours }],
    ["where default injection names sidecar", "defaultTemplates: [sidecar]\n", { sidecar: ours }],
    [
      "where default injection names another template too",
      "defaultTemplates:\n- mine\n- sidecar\n",
      { sidecar: ours },
    ],
    // istiod reads no default templates as Istio's own
    ["where defaultTemplates is empty", "defaultTemplates: []\n", { sidecar: ours }],
    ["where defaultTemplates is null", "defaultTemplates:\n", { sidecar: ours }],
    // istiod reads null as none
    ["where aliases is null", "aliases:\n", { sidecar: ours }],
    ["where aliases is null in words", "aliases: null # none\n", { sidecar: ours }],
    ["where aliases is null in short", "'aliases':  ~\n", { sidecar: ours }],
    ["where the map is empty", "aliases: {}\n", { sidecar: ours }],
    [
      "beside others, in flow form",
      "aliases: {grpc: [grpc-agent]}\n",
      { grpc: ["grpc-agent"], sidecar: ours },
    ],
    [
      "beside others, in block form",
      "aliases:\n  grpc:\n  - grpc-agent\n",
      { grpc: ["grpc-agent"], sidecar: ours },
    ],
    ["that name sidecar, in flow form", "aliases: {a: [b, sidecar]}\n", { a: ["b", ...ours], sidecar: ours }],
    [
      "that name sidecar, in block form",
      "aliases:\n  a:\n    - sidecar\n    - b\n",
      { a: [...ours, "b"], sidecar: ours },
    ],
    [
      "that name sidecar, without indentation",
      "aliases:\n  a:\n  - b\n  - sidecar\n",
      { a: ["b", ...ours], sidecar: ours },
    ],
    ["that name sidecar in double quotes", 'aliases: {"a": ["sidecar"]}\n', { a: ours, sidecar: ours }],
    ["that name sidecar in single quotes", "aliases:\n  a:\n  - 'sidecar'\n", { a: ours, sidecar: ours }],
    [
      "that name sidecar over several lines",
      "aliases: {\n  a: [\n    sidecar,\n    b\n  ]\n}\n",
      { a: [...ours, "b"], sidecar: ours },
    ],
    [
      "that name sidecar beside comments",
      "aliases: # 1\n  # 2\n  a: [sidecar] # 3\n  # 4\n",
      { a: ours, sidecar: ours },
    ],
    [
      "of sidecar itself, which stay",
      "aliases:\n  sidecar: [sidecar, mine]\n",
      { sidecar: [...ours, "mine"] },
    ],
    ["one of which is null", "aliases:\n  a:\n  b: [x]\n", { a: null, b: ["x"], sidecar: ours }],
    [
      "one of which is another's, with sidecar",
      "aliases:\n  a: &l [sidecar]\n  b: *l\n",
      { a: ours, b: ours, sidecar: ours },
    ],
    [
      "one of which is another's, without sidecar",
      "aliases:\n  a: &l [mine]\n  b: *l\n",
      { a: ["mine"], b: ["mine"], sidecar: ours },
    ],
    [
      "one of which names sidecar twice",
      "aliases:\n  a: [sidecar, b, 'sidecar']\n",
      { a: [...ours, "b", ...ours], sidecar: ours },
    ],
    [
      "that name sidecar by an anchor among them",
      "aliases:\n  a: [&n sidecar]\n  b: [*n]\n",
      { a: ours, b: ours, sidecar: ours },
    ],
    [
      "that only name a like name",
      "aliases: {a: [sidecar-x, my-sidecar]}\n",
      { a: ["sidecar-x", "my-sidecar"], sidecar: ours },
    ],
  ];
  for (const [edge, text, aliases] of rows) {
    it(`${edge}: lead to our templates, and go without a trace`, () => {
      const config = templates + text;
      const added = addAliases(config);
      assert.deepEqual(parse(added).aliases, aliases);
      assert.equal(removeAliases(added), config);
    });

    it(`${edge}: above the templates, too`, () => {
      const config = `${text}${templates}`;
      assert.equal(removeAliases(addAliases(config)), config);
    });
  }

  const refused: [string, string, RegExp][] = [
    [
      "default injection never reaches sidecar",
      "defaultTemplates: [mine]\n",
      /defaultTemplates: expected a name that leads to .*"sidecar", got mine, .* Add "sidecar" to/,
    ],
    [
      "default injection never reaches sidecar, by an anchor",
      "names: &l [mine]\ndefaultTemplates: *l\n",
      /got mine, which leads to mine/,
    ],
    [
      "the alias sidecar leads elsewhere",
      "aliases: {sidecar: [mine]}\n",
      /got sidecar, which leads to mine\. Add/,
    ],
    ["an alias is no list", "aliases: {a: sidecar}\n", /aliases\.a: expected a list of template names/],
    [
      "an alias is an anchor from elsewhere",
      "names: &l [sidecar]\naliases:\n  b: *l\n",
      /aliases\.b: expected a list of template names/,
    ],
    [
      "an alias names sidecar by an anchor from elsewhere",
      "name: &n sidecar\naliases:\n  b: [x, *n]\n",
      /aliases\.b: expected a list of template names, written out, .* without YAML anchors/,
    ],
    [
      "all aliases are an anchor from elsewhere",
      "all: &a\n  b: [sidecar]\naliases: *a\n",
      /data\.config, aliases: expected a map, written out, .* without YAML anchors/,
    ],
  ];
  for (const [edge, text, message] of refused) {
    it(`are refused where ${edge}: settings would silently have no effect`, () => {
      assert.throws(
        () => addAliases(templates + text),
        (error: unknown) => {
          assert.ok(error instanceof InjectorRefusal);
          assert.match(error.message, message);
          return true;
        },
      );
    });
  }

  it("of a config without any are not added", () => {
    assert.equal(removeAliases(templates), templates);
    assert.equal(removeAliases(`${templates}aliases: {}\n`), `${templates}aliases: {}\n`);
  });
});
