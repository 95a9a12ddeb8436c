import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { stringify } from "yaml";
import { compose } from "../../provider/render/compose";
import { helmValues, type IstiodValues } from "../../provider/render/helmValues";
import { layersOf } from "../../provider/render/layersOf";
import { layers, template, templateWithPlaces } from "./injectorText";

/** What the chart makes of values, as far as it concerns the injector. */
function rendered(values: IstiodValues, chartsTemplate = template): { config: string; values: string } {
  const { templates = {}, defaultTemplates = ["sidecar"] } = values.sidecarInjectorWebhook ?? {};
  return {
    config: stringify({
      defaultTemplates,
      policy: "enabled",
      templates: { sidecar: chartsTemplate, ...templates },
    }),
    values: JSON.stringify({ global: { proxy: {}, ...values.global } }, null, 2),
  };
}

describe("values for the istiod chart", () => {
  it("have the data, the templates, and these as what pods get by default; all else stays", () => {
    const given = {
      pilot: { autoscaleMin: 2 },
      global: { logAsJson: true },
      sidecarInjectorWebhook: { rewriteAppHTTPProbe: false, templates: { mine: "spec: {}" } },
    };
    const before = structuredClone(given);
    const values = helmValues(given, template, layers);
    assert.deepEqual(given, before);
    assert.deepEqual(values.pilot, given.pilot);
    assert.deepEqual(Object.keys(values.global), ["logAsJson", "sidecarSettings"]);
    const { templates, defaultTemplates, rewriteAppHTTPProbe } =
      values.sidecarInjectorWebhook as IstiodValues["sidecarInjectorWebhook"] & {
        rewriteAppHTTPProbe: boolean;
      };
    assert.deepEqual(Object.keys(templates ?? {}), ["mine", "sidecar-scoped", "sidecar-settings"]);
    assert.deepEqual(defaultTemplates, ["sidecar-scoped", "sidecar-settings"]);
    assert.equal(rewriteAppHTTPProbe, false);
    assert.deepEqual(layersOf(rendered(values)), layers);
  });

  describe("of a chart whose template takes everything itself", () => {
    const ofChart = (given: typeof layers) =>
      rendered(helmValues({}, templateWithPlaces, given), templateWithPlaces);
    const doubled = { cart: { owner: "o", settings: { "env.TRUST_DOMAIN": "mine" } } };

    it("lead to one template by default; pods may name the other, which says nothing", () => {
      const { templates, defaultTemplates } =
        helmValues({}, templateWithPlaces, layers).sidecarInjectorWebhook ?? {};
      assert.deepEqual(defaultTemplates, ["sidecar-scoped"]);
      assert.equal(templates?.["sidecar-settings"], "{}\n");
      assert.deepEqual(compose(ofChart(layers), layers), ofChart(layers));
    });

    it("lead to two where a setting is for a variable that Istio's template sets itself", () => {
      const both = { ...layers, ...doubled };
      assert.deepEqual(helmValues({}, templateWithPlaces, both).sidecarInjectorWebhook?.defaultTemplates, [
        "sidecar-scoped",
        "sidecar-settings",
      ]);
      // the other programs' layers are served by these as well
      for (const given of [both, layers])
        assert.equal(compose(ofChart(both), given).config, ofChart(both).config);
    });

    it("that don't serve another program's variable are not written to", () => {
      assert.throws(() => compose(ofChart(layers), { ...layers, ...doubled }), {
        name: "InjectorRefusal",
        message: /env\.TRUST_DOMAIN is a variable that Istio's template sets itself.*with helmValues$/,
      });
    });
  });

  it("are given back as they are where there are no settings", () => {
    const given = { global: { logAsJson: true } };
    assert.equal(helmValues(given, template, {}), given);
  });

  it("build on the template sidecar of the values where that replaces the chart's, and keep defaults around it", () => {
    const own = template.replace("spec:", "metadata: { labels: { own: yes } }\nspec:");
    assert.notEqual(own, template);
    const given: IstiodValues = {
      sidecarInjectorWebhook: { templates: { sidecar: own }, defaultTemplates: ["mine", "sidecar"] },
    };
    const { templates, defaultTemplates } = helmValues(given, template, layers).sidecarInjectorWebhook ?? {};
    assert.match(String(templates?.["sidecar-scoped"]), /own: yes/);
    assert.deepEqual(defaultTemplates, ["mine", "sidecar-scoped", "sidecar-settings"]);
  });

  const refused: [string, IstiodValues, string, RegExp][] = [
    [
      "data of ours already",
      { global: { sidecarSettings: {} } },
      template,
      /global\.sidecarSettings already: leave it to helmValues/,
    ],
    [
      "default templates without Istio's",
      { sidecarInjectorWebhook: { defaultTemplates: ["mine"] } },
      template,
      /defaultTemplates has mine, and not Istio's template "sidecar".*name "sidecar" in it/,
    ],
    ["a template that reads nothing", {}, "spec: {}\n", /reads none of the Helm values/],
  ];
  for (const [what, given, text, message] of refused) {
    it(`are refused with ${what}`, () => {
      assert.throws(() => helmValues(given, text, layers), { name: "InjectorRefusal", message });
    });
  }

  it("whose templates are another version's are not written to", () => {
    const values = rendered(helmValues({}, template, layers));
    const older = { ...values, config: values.config.replace("sidecar.istio.io", "older.istio.io") };
    assert.notEqual(older.config, values.config);
    assert.throws(() => compose(older, layers), {
      name: "InjectorRefusal",
      message:
        /templates sidecar-scoped and sidecar-settings of another version.*run pulumi up in the program/,
    });
  });
});
