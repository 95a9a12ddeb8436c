import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { declarations } from "../../provider/settings/declarations";
import { capital } from "../../scripts/schema/schemaTypes";
import { javaSdkGenerator } from "../pulumi/toolchain";

const schema = join(__dirname, "../../plugin/schema.json");

// Java's SDK compiles in examples/java, by test/e2e/languages. Nothing here compiles C#: the .NET SDK is in no registry of the tests.
describe("the SDKs for Java and .NET", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "sidecar-java-dotnet-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const sources = async (language: "java" | "dotnet", ending: string) => {
    const to = join(folder, language);
    // a warning of the schema is an error of the generator
    await promisify(execFile)(await javaSdkGenerator(), [language, schema, to]);
    const files = (await readdir(to, { recursive: true })).filter((file) => file.endsWith(ending));
    return new Map(
      await Promise.all(files.map(async (file) => [file, await readFile(join(to, file), "utf8")] as const)),
    );
  };

  const levels = ["GlobalSidecarSettings", "NamespaceSidecarSettings", "WorkloadSidecarSettings"];

  test("Java's is generated, and names every setting", async () => {
    const files = await sources("java", ".java");
    const builder = (type: string, key: string) => {
      const text = files.get(`src/main/java/com/pulumi/istiosidecar/${type}Args.java`) ?? assert.fail(type);
      assert.match(text, new RegExp(`public Builder ${key}\\(`), `${type}: ${key}`);
    };
    for (const { path } of declarations) {
      const { group, within, key } = placeOf(path);
      for (const level of levels) builder(level, group);
      if (within !== "") builder(`inputs/${within}`, key);
    }
  });

  test(".NET's is generated, and names every setting", async () => {
    const files = await sources("dotnet", ".cs");
    const input = (file: string, key: string) => {
      const text = files.get(`${file}.cs`) ?? assert.fail(file);
      assert.match(text, /^namespace Pulumi\.IstioSidecar/m);
      assert.match(text, new RegExp(`\\[Input\\("${key}"[,)]`), `${file}: ${key}`);
    };
    for (const { path } of declarations) {
      const { group, within, key } = placeOf(path);
      for (const level of levels) input(level, group);
      if (within !== "") input(`Inputs/${within}Args`, key);
    }
  });
});

/** Where SDKs have a setting: the level's argument, the class that its last key is in, and that key. */
function placeOf(path: string): { group: string; within: string; key: string } {
  const keys = path.split(".");
  const [group = ""] = keys;
  return { group, within: keys.slice(0, -1).map(capital).join(""), key: keys.at(-1) ?? "" };
}
