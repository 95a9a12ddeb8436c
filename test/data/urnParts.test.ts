import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parentTypeIn, typeIn, urnParts } from "../../provider/data/urnParts";

const component = "istio-sidecar:index:NamespaceSidecarSettings";
const layer = "pulumi-nodejs:dynamic/istio-sidecar:SettingsLayer";
const urn = `urn:pulumi:prod::mesh::${component}$${layer}::shop::layer`;

describe("the parts of a URN", () => {
  it("are its stack, project, types and name, which may have colons", () => {
    assert.deepEqual(urnParts(urn), {
      stack: "prod",
      project: "mesh",
      types: [component, layer],
      name: "shop::layer",
    });
  });

  it("have the types by their last parts, its own and its parent's", () => {
    assert.deepEqual([typeIn(urn), parentTypeIn(urn)], ["SettingsLayer", "NamespaceSidecarSettings"]);
    const alone = "urn:pulumi:prod::mesh::pulumi:pulumi:Stack::mesh-prod";
    assert.deepEqual([typeIn(alone), parentTypeIn(alone)], ["Stack", ""]);
  });

  it("are empty for any other text", () => {
    for (const text of ["", "shop", "urn:pulumi:prod", "urn:pulumi:prod::mesh"])
      assert.deepEqual(urnParts(text), { stack: "", project: "", types: [""], name: "" });
  });
});
