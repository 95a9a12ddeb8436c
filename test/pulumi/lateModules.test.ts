import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { printed } from "../package/printed";
import { lateModules } from "./environment";

const large = ["@npmcli/arborist", "typescript"];

describe("the largest modules of @pulumi/pulumi", () => {
  let project: string;

  before(async () => {
    project = await mkdtemp(join(tmpdir(), "sidecar-late-"));
    await writeFile(join(project, "package.json"), JSON.stringify({ name: "empty" }));
  });
  after(() => rm(project, { recursive: true, force: true }));

  it("are loaded with it as it is, and in tests when they are first used", () => {
    assert.deepEqual(loadedBy([], project), { atFirst: large, used: large });
    assert.deepEqual(loadedBy(["--require", lateModules], project), { atFirst: [], used: large });
  });
});

interface Loaded {
  /** With Pulumi. */
  atFirst: string[];
  /** After a function was turned into text, and packages were looked for. */
  used: string[];
}

function loadedBy(options: readonly string[], project: string): Loaded {
  const script = `
    const has = (name) => Object.keys(require.cache).some((path) => path.includes("/node_modules/" + name + "/lib/"));
    const loaded = () => ${JSON.stringify(large)}.filter(has);
    const { runtime } = require(${JSON.stringify(join(__dirname, "../../node_modules/@pulumi/pulumi"))});
    const atFirst = loaded();
    Promise.all([runtime.serializeFunction(() => 42), runtime.computeCodePaths()]).then(([{ text }]) => {
      if (!text.includes("42")) throw new Error("expected the function's text, got " + text);
      console.log(JSON.stringify({ atFirst, used: loaded() }));
    });
  `;
  return JSON.parse(printed(process.execPath, [...options, "-e", script], project)) as Loaded;
}
