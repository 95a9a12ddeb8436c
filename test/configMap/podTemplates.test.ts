import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compose } from "../../provider/configMap/compose";
import { getsSettings, podTemplates, templatesAfterSettings } from "../../provider/configMap/podTemplates";
import { data } from "./injectorText";

const named = (templates: string) => ({ "inject.istio.io/templates": templates });
const team = "aliases:\n  team: [sidecar, greeting]\n  others: [greeting]\n";

describe("the templates that a pod gets", () => {
  const rows: [
    edge: string,
    config: string,
    annotations: Record<string, string> | undefined,
    templates: string[],
    settings: boolean,
  ][] = [
    ["Istio's own default", "", undefined, ["sidecar"], true],
    ["no default templates", "defaultTemplates: []\n", undefined, ["sidecar"], true],
    ["default templates", "defaultTemplates: [sidecar, mine]\n", undefined, ["sidecar", "mine"], true],
    ["a gateway", "", named("gateway"), ["gateway"], false],
    ["names with spaces", "", named(" sidecar , mine"), ["sidecar", "mine"], true],
    ["an alias with the sidecar in it", team, named("team"), ["sidecar", "greeting"], true],
    ["an alias without", team, named("others"), ["greeting"], false],
    ["an alias as the default", `${team}defaultTemplates: [team]\n`, {}, ["sidecar", "greeting"], true],
    [
      "names in an alias are no aliases",
      "aliases: {a: [team], team: [sidecar]}\n",
      named("a"),
      ["team"],
      false,
    ],
    ["no name at all", "", named(""), [""], false],
    ["aliases that are null", "aliases:\n", undefined, ["sidecar"], true],
    [
      "our template by its own name",
      "",
      named("sidecar-scoped,greeting"),
      ["sidecar-scoped", "greeting"],
      true,
    ],
  ];
  for (const [edge, config, annotations, templates, settings] of rows) {
    it(edge, () => {
      assert.deepEqual(podTemplates(config, annotations), templates);
      assert.equal(getsSettings(config, annotations), settings);
    });
  }

  it("are the same ones for settings once our template is there", () => {
    const { config } = compose(data, {
      shop: { owner: "a", settings: { dnsProxy: true } },
    });
    assert.deepEqual(podTemplates(config), ["sidecar-scoped"]);
    assert.equal(getsSettings(config), true);
    assert.equal(getsSettings(config, named("sidecar")), true);
    assert.equal(getsSettings(config, named("gateway")), false);
  });

  it("that come after the one with settings may overrule it", () => {
    assert.deepEqual(templatesAfterSettings(team, named("first,team,last")), ["greeting", "last"]);
    assert.deepEqual(templatesAfterSettings(team, named("others")), []);
    assert.deepEqual(templatesAfterSettings(""), []);
  });
});
