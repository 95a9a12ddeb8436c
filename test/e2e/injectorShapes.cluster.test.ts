import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { parse } from "yaml";
import type { InjectorData } from "../../provider/configMap/InjectorData";
import { configMapName } from "../../provider/injector/Injector";
import { pulumi } from "../pulumi/pulumi";
import { container, Mesh, type Plan, succeeded } from "./Mesh";

const name = configMapName({ namespace: "istio-system" });
const plan: Plan = {
  namespaces: { shop: { publish: false, proxyResources: { limits: { cpu: 3 } } } },
};

describe("injectors of other shapes", () => {
  let mesh: Mesh;
  let installed: InjectorData;
  before(async () => {
    mesh = await Mesh.start();
    installed = await mesh.injector();
    await mesh.namespace("shop");
    await mesh.deployment("shop", "api", { pod: { terminationGracePeriodSeconds: 1 } });
  });
  after(() => mesh?.stop());

  const path = `/api/v1/namespaces/istio-system/configmaps/${name}`;
  const limit = async () => container(await mesh.pod("shop", "api"), "istio-proxy").resources?.limits?.cpu;
  /** The ConfigMap's texts as they are, whatever they are. */
  const texts = async () => (await mesh.configMap("istio-system", name)) ?? {};

  const refused: [shape: string, change: (data: InjectorData) => Partial<InjectorData>, message: RegExp][] = [
    [
      "no templates",
      ({ config }) => ({ config: config.replace(/^templates:$/m, "others:") }),
      /data\.config, templates: expected a map .*, got nothing\. Reinstall/,
    ],
    [
      "one old template",
      () => ({ config: "policy: enabled\ntemplate: |\n  containers: []\n" }),
      /got a single text, data\.config\.template, as in Istio before 1\.10\. Upgrade Istio\./,
    ],
    [
      "no sidecar template",
      ({ config }) => ({ config: config.replace(/^ {2}sidecar: /m, "  mine: ") }),
      /templates\.sidecar: expected the text of Istio's sidecar template, got no such template/,
    ],
    [
      "values without global",
      ({ values }) => ({ values: values.replace('"global"', '"globals"') }),
      /data\.values, global: expected a map of the Helm values .*, got nothing/,
    ],
    [
      "config that is no YAML",
      () => ({ config: "templates: {" }),
      /data\.config, line 1, column 13: expected YAML/,
    ],
    [
      "other default templates",
      ({ config }) => ({
        config: `${config.replace(/^defaultTemplates:.*\n/m, "").trimEnd()}\ndefaultTemplates: [mine]\n`,
      }),
      /defaultTemplates: expected a name that leads to Istio's template "sidecar", got mine/,
    ],
    [
      "aliases by a YAML anchor",
      ({ config }) => ({
        config: `${config.trimEnd()}\nall: &all\n  team: [sidecar]\naliases: *all\n`,
      }),
      /data\.config, aliases: expected a map, written out, got something else\. Write it out/,
    ],
    [
      "a template that reads values by a variable",
      ({ config }) => ({
        config: config.replace(/^( {2}sidecar: \|-?\n)( +)/m, "$1$2{{- $$v := .Values }}\n$2"),
      }),
      /expected Helm values read by their whole path.*, got \{\{- \$v := \.Values \}\}\. Write/,
    ],
  ];
  for (const [shape, change, message] of refused) {
    test(`${shape}: preview and up say what was expected and found, and leave the ConfigMap alone`, async () => {
      const changed = { ...installed, ...change(installed) };
      assert.notDeepEqual(changed, installed, "the shape is another one");
      await mesh.patch(path, { data: changed });
      try {
        const options = mesh.stack("refused", plan);
        for (const run of [await pulumi.preview(options), await pulumi.up(options)]) {
          assert.equal(run.ok, false);
          assert.match(run.stdoutText, message);
          assert.match(run.stdoutText, /ConfigMap istio-system\/istio-sidecar-injector: data\./);
        }
        assert.deepEqual(await texts(), changed);
      } finally {
        await mesh.patch(path, { data: installed });
      }
    });
  }

  const accepted: [shape: string, change: (data: InjectorData) => Partial<InjectorData>][] = [
    ["a byte order mark", ({ config }) => ({ config: `\ufeff${config}` })],
    ["aliases that are null", ({ config }) => ({ config: `${config.trimEnd()}\naliases:\n` })],
    ["JSON", ({ config }) => ({ config: JSON.stringify(parse(config)) })],
  ];
  for (const [shape, change] of accepted) {
    test(`${shape}: pods get their settings, and every byte comes back`, async () => {
      const changed = { ...installed, ...change(installed) };
      await mesh.patch(path, { data: changed });
      try {
        const options = mesh.stack("accepted", plan);
        succeeded(await pulumi.up(options));
        assert.equal(await limit(), "3");
        succeeded(await pulumi.destroy(options));
        assert.deepEqual(await texts(), changed);
        assert.equal(await limit(), "2");
      } finally {
        await mesh.patch(path, { data: installed });
      }
    });
  }
});
