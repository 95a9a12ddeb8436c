import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { parse } from "yaml";
import { valueAt } from "../../provider/data/valueAt";
import { readPlatformFile } from "../../provider/platformFile/readPlatformFile";

const main = join(__dirname, "../../provider/dist/cli/main.js");
const files = [
  ".github/workflows/sidecar-settings.yml",
  ".gitignore",
  "Pulumi.yaml",
  "index.ts",
  "package.json",
  "settings.yaml",
  "tsconfig.json",
];

describe("sidecar-settings init", () => {
  let cwd: string;
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), "sidecar-init-"));
  });
  afterEach(() => rm(cwd, { recursive: true, force: true }));

  const init = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, "init", ...args], {
      cwd,
      encoding: "utf8",
      env: { ...process.env, NO_COLOR: "1" },
    });
    return { code: status, out: stdout, err: stderr };
  };
  const filesIn = (folder: string) =>
    readdirSync(folder, { recursive: true, encoding: "utf8", withFileTypes: true })
      .filter((one) => one.isFile())
      .map((one) => join(one.parentPath, one.name).slice(folder.length + 1))
      .sort();
  const text = (path: string) => readFileSync(join(cwd, path), "utf8");

  it("writes a project here, and says the next three commands", () => {
    const { code, out, err } = init();
    assert.deepEqual({ code, err }, { code: 0, err: "" });
    assert.deepEqual(filesIn(cwd), files);
    assert.match(out, /^Next:\n {2}npm install\n {2}pulumi stack init prod\n {2}pulumi preview --diff\n$/m);
    assert.ok(!out.includes("working-directory"), out);
  });

  it("writes it into a folder, which it makes, and says to go there", () => {
    const { code, out } = init("mesh/prod");
    assert.equal(code, 0);
    assert.deepEqual(filesIn(join(cwd, "mesh/prod")), files);
    assert.match(out, /^Next:\n {2}cd mesh\/prod\n {2}npm install\n/m);
  });

  it("overwrites nothing: names every file in the way, and writes none", () => {
    writeFileSync(join(cwd, "settings.yaml"), "mine\n");
    writeFileSync(join(cwd, "package.json"), "{}\n");
    const { code, out, err } = init();
    assert.deepEqual(
      { code, out, err },
      {
        code: 1,
        out: "",
        err: "error: 2 files are in the way, and nothing was written: package.json, settings.yaml. Name an empty folder: init FOLDER\n",
      },
    );
    assert.deepEqual(filesIn(cwd), ["package.json", "settings.yaml"]);
    assert.equal(text("settings.yaml"), "mine\n");
  });

  it("says where a workflow belongs that is not in the root of its repository", () => {
    mkdirSync(join(cwd, ".git"));
    assert.ok(!init().out.includes("working-directory"));
    const { out } = init("mesh");
    assert.match(out, /^defaults\.run\.working-directory in it to mesh, /m);
  });

  it("names this release, and what it takes of Pulumi", () => {
    init();
    const own = JSON.parse(readFileSync(join(__dirname, "../../provider/package.json"), "utf8"));
    assert.deepEqual(JSON.parse(text("package.json")).dependencies, {
      ...own.peerDependencies,
      [own.name]: `^${own.version}`,
    });
  });

  it("begins without settings, and with an example that holds once it is uncommented", () => {
    init();
    const settings = text("settings.yaml");
    assert.deepEqual(readPlatformFile(settings, "settings.yaml"), {
      namespaces: {},
      workloads: {},
      waves: [],
    });
    const example = settings.slice(settings.indexOf("# namespaces:")).replace(/^# ?/gm, "");
    assert.deepEqual(Object.keys(readPlatformFile(example, "settings.yaml").namespaces), ["shop"]);
  });

  it("has a workflow that runs in a repository of its own, without what forks don't get", () => {
    init();
    const workflow = parse(text(".github/workflows/sidecar-settings.yml")) as object;
    const paths = valueAt(workflow, ["on", "pull_request", "paths"]) as string[];
    assert.deepEqual(
      paths.filter((path) => path.includes("/")),
      [],
    );
    assert.match(String(valueAt(workflow, ["jobs", "preview", "if"])), /head\.repo\.full_name/);
  });
});
