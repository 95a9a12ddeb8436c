import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { stringify } from "yaml";
import { compose } from "../../provider/configMap/compose";
import { helmValues, type IstiodValues } from "../../provider/configMap/helmValues";
import { layersOf } from "../../provider/configMap/layersOf";
import { layers, template } from "./injectorText";

/** What the chart makes of values, as far as it concerns the injector. */
function rendered(values: IstiodValues, chartsTemplate = template): { config: string; values: string } {
  const { templates, defaultTemplates } = values.sidecarInjectorWebhook ?? {};
  return {
    config: stringify({
      defaultTemplates: defaultTemplates ?? ["sidecar"],
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
    assert.deepEqual(Object.keys(templates ?? {}), ["mine", "sidecar-scoped"]);
    assert.deepEqual(defaultTemplates, ["sidecar-scoped"]);
    assert.equal(rewriteAppHTTPProbe, false);
    assert.deepEqual(layersOf(rendered(values)), layers);
  });

  it("take what the chart's own values.yaml has for nothing said: an empty list, or nothing below a key", () => {
    for (const sidecarInjectorWebhook of [
      { templates: {}, defaultTemplates: [] },
      { templates: null, defaultTemplates: null },
    ]) {
      const { templates, defaultTemplates } =
        helmValues<IstiodValues>({ sidecarInjectorWebhook }, template, layers).sidecarInjectorWebhook ?? {};
      assert.deepEqual(Object.keys(templates ?? {}), ["sidecar-scoped"]);
      assert.deepEqual(defaultTemplates, ["sidecar-scoped"]);
    }
  });

  it("that already have the template are not changed", () => {
    const chart = rendered(helmValues({}, template, layers));
    assert.deepEqual(compose(chart, layers), chart);
  });

  it("are returned unchanged without settings", () => {
    const given = { global: { logAsJson: true } };
    assert.equal(helmValues(given, template, {}), given);
  });

  it("build on the template sidecar of the values where that replaces the chart's, and keep defaults around it", () => {
    const own = template.replace("    security.istio.io/tlsMode: istio\n", "    own: yes\n");
    assert.notEqual(own, template);
    const given: IstiodValues = {
      sidecarInjectorWebhook: { templates: { sidecar: own }, defaultTemplates: ["mine", "sidecar"] },
    };
    const { templates, defaultTemplates } = helmValues(given, template, layers).sidecarInjectorWebhook ?? {};
    assert.match(String(templates?.["sidecar-scoped"]), /own: yes/);
    assert.deepEqual(defaultTemplates, ["mine", "sidecar-scoped"]);
  });

  const refused: [string, IstiodValues, string, RegExp][] = [
    [
      "data of ours already",
      { global: { sidecarSettings: {} } },
      template,
      /already have global\.sidecarSettings: remove it, since helmValues sets it/,
    ],
    [
      "default templates without Istio's",
      { sidecarInjectorWebhook: { defaultTemplates: ["mine"] } },
      template,
      /defaultTemplates has mine, but not Istio's template "sidecar".*add "sidecar" to it/,
    ],
    [
      "a template that reads nothing",
      {},
      "spec: {}\n",
      /expected reads of Helm values such as \.Values\.global\.proxy\.resources, got none/,
    ],
  ];
  for (const [what, given, text, message] of refused) {
    it(`are refused with ${what}`, () => {
      assert.throws(() => helmValues(given, text, layers), { name: "InjectorRefusal", message });
    });
  }

  it("with another version's templates are not changed", () => {
    const values = rendered(helmValues({}, template, layers));
    const older = { ...values, config: values.config.replace("Written by", "Once written by") };
    assert.notEqual(older.config, values.config);
    assert.throws(() => compose(older, layers), {
      name: "InjectorRefusal",
      message:
        /template "sidecar-scoped": expected the template that this version .*: run pulumi up in the program/,
    });
  });
});
