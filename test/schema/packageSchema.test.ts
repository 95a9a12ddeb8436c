import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { declarations } from "../../provider/settings/declarations";
import { settingGroups } from "../../provider/settings/settingsInputs";
import { packageSchema } from "../../scripts/schema/packageSchema";
import { platformSchema } from "../../scripts/schema/platformSchema";
import type { PropertySpec } from "../../scripts/schema/schemaTypes";

const root = join(__dirname, "../..");
const file = join(root, "plugin/schema.json");
const { version } = JSON.parse(readFileSync(join(root, "provider/package.json"), "utf8")) as {
  version: string;
};
const schema = packageSchema(version);
const levels = ["GlobalSidecarSettings", "NamespaceSidecarSettings", "WorkloadSidecarSettings"];

function component(name: string) {
  const found = schema.resources[`istio-sidecar:index:${name}`];
  assert.ok(found, name);
  return found;
}

/** The properties of the type that a property is; none of one that is a plain value. */
function below({ $ref }: PropertySpec): Record<string, PropertySpec> {
  return schema.types[$ref?.replace("#/types/", "") ?? ""]?.properties ?? {};
}

/** The schema of a setting by its path; undefined where there is none. */
function settingAt(properties: Record<string, PropertySpec>, path: string): PropertySpec | undefined {
  const [key = "", ...rest] = path.split(".");
  const property = properties[key];
  return rest.length === 0 || !property ? property : settingAt(below(property), rest.join("."));
}

describe("the schema of the Pulumi package", () => {
  it("is the one that is committed (UPDATE_GOLDENS=1 rewrites it)", () => {
    const text = `${JSON.stringify(schema, undefined, 2)}\n`;
    if (process.env.UPDATE_GOLDENS === "1") writeFileSync(file, text);
    assert.equal(readFileSync(file, "utf8"), text);
  });

  for (const level of levels) {
    it(`${level} has every setting, each with what it is`, () => {
      const { inputProperties } = component(level);
      for (const { path, open } of declarations) {
        const setting = settingAt(inputProperties, path);
        assert.ok(setting, path);
        assert.ok(setting.description, path);
        if (open) assert.ok(setting.additionalProperties, path);
      }
    });

    it(`${level} has no setting that the JSON Schema does not have`, () => {
      const { $defs } = platformSchema() as { $defs: Record<string, JsonSchema> };
      for (const group of settingGroups) {
        const property = component(level).inputProperties[group];
        assert.ok(property, group);
        assert.deepEqual(keys(below(property)), keys($defs[`settings.${group}`]?.properties ?? {}), group);
      }
    });
  }

  it("has amounts as numbers or strings, levels as an enum, lists as lists", () => {
    const { inputProperties } = component("NamespaceSidecarSettings");
    assert.deepEqual(settingAt(inputProperties, "proxyResources.limits.cpu")?.oneOf, [
      { type: "number" },
      { type: "string" },
    ]);
    const logLevel = settingAt(inputProperties, "logLevel");
    const values = schema.types[logLevel?.$ref?.replace("#/types/", "") ?? ""]?.enum;
    assert.deepEqual(
      values?.map(({ value }) => value),
      (platformSchema() as { $defs: Record<string, { enum?: string[] }> }).$defs["settings.logLevel"]?.enum,
    );
    assert.equal(settingAt(inputProperties, "capture.excludeInboundPorts")?.type, "array");
    assert.equal(settingAt(inputProperties, "lifecycle.preStop.exec.command")?.type, "array");
  });

  it("has no default that would win over a weaker level's option", () => {
    const options = schema.types["istio-sidecar:index:RolloutOptions"]?.properties ?? {};
    assert.ok(Object.keys(options).length > 5);
    for (const [name, option] of Object.entries(options)) {
      assert.equal(option.default, undefined, name);
      assert.ok(option.description, name);
    }
  });

  it("seals the kubeconfig, and asks for known values where components depend on them", () => {
    assert.equal(schema.config.variables.kubeconfig?.secret, true);
    assert.equal(schema.types["istio-sidecar:index:Cluster"]?.properties?.kubeconfig?.secret, true);
    for (const [name, input] of Object.entries(component("SidecarMesh").inputProperties))
      assert.equal(input.plain, true, name);
    const { inputProperties } = component("NamespaceSidecarSettings");
    assert.deepEqual(
      Object.keys(inputProperties).filter((name) => inputProperties[name]?.plain),
      ["publish"],
    );
  });

  it("resolves every reference to a type", () => {
    const references = JSON.stringify(schema).matchAll(/"#\/types\/([^"]+)"/g);
    for (const [, name = ""] of references) assert.ok(schema.types[name], name);
  });
});

interface JsonSchema {
  properties?: Record<string, unknown>;
  oneOf?: JsonSchema[];
}

function keys(properties: object): string[] {
  return Object.keys(properties).sort();
}
