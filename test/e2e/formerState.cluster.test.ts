import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { restartAnnotation } from "../../provider/rollout/policy/restartAnnotation";
import { pulumi } from "../pulumi/pulumi";
import { Mesh, succeeded } from "./Mesh";

/** What earlier releases had as empty maps in the inputs of a resource, where the program says nothing. */
const former: Readonly<Record<string, readonly string[]>> = {
  SettingsLayer: ["cluster", "injector", "rollout"],
  SidecarRollout: ["cluster", "injector"],
  PublishedSettings: ["cluster", "injector"],
};

describe("a stack that an earlier release wrote, with empty maps in its state", () => {
  let mesh: Mesh;
  before(async () => {
    mesh = await Mesh.start();
    await mesh.namespace("shop");
    await mesh.deployment("shop", "api");
  });
  after(() => mesh?.stop());

  const at = (cpu: string) =>
    mesh.stack("former", { namespaces: { shop: { proxyResources: { limits: { cpu } } } } });
  const ours = (type: string) => former[type.replace(/^.*:/, "")];
  const restartMark = async () => {
    const { spec } = await mesh.workload("shop", "api");
    return spec.template.metadata?.annotations?.[restartAnnotation];
  };

  test("shows no change, keeps its resources and restarts nothing; a change of settings replaces nothing", async () => {
    succeeded(await pulumi.up(at("1")));
    const state = await pulumi.exportState(at("1"));
    const written = state.deployment.resources.filter(({ type }) => ours(type));
    assert.equal(written.length, 3);
    for (const { type, inputs, outputs } of written)
      for (const key of ours(type) ?? []) {
        assert.ok(!(key in inputs) && !(key in outputs), `${type}: ${key}`);
        for (const properties of [inputs, outputs]) properties[key] = {};
      }
    const file = join(at("1").state ?? "", "former.json");
    await writeFile(file, JSON.stringify(state));
    const imported = await pulumi.command(["stack", "import", "--stack", "former", "--file", file], at("1"));
    assert.equal(imported.code, 0, imported.text);

    const mark = await restartMark();
    assert.ok(mark);
    const preview = succeeded(await pulumi.preview(at("1")));
    assert.deepEqual(Object.keys(preview.summary), ["same"]);
    const again = succeeded(await pulumi.up(at("1")));
    assert.deepEqual(Object.keys(again.summary), ["same"]);
    assert.equal(await restartMark(), mark);

    const changed = succeeded(await pulumi.up(at("2")));
    assert.deepEqual(Object.keys(changed.summary).sort(), ["same", "update"]);
    assert.notEqual(await restartMark(), mark);
  });
});
