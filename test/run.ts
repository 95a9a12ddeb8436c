import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { prepareCluster } from "./cluster/cluster";
import { kubernetesPlugin, toolchain } from "./pulumi/toolchain";

const usage = `usage: tsx test/run.ts [unit|all] [PATTERN]
  unit     tests that need neither Go nor a cluster, in seconds
  all      those, a browser's, the packed package's, and those on a real control plane with Pulumi (default)
  PATTERN  only files whose path contains it`;

const root = join(__dirname, "..");

// a browser, an npm install: each takes longer than all unit tests
const slow = [["package"], ["report", "page"]].map((path) => join("test", ...path));

void main(process.argv.slice(2));

async function main([which = "all", pattern = ""]: string[]): Promise<void> {
  if (which !== "unit" && which !== "all") {
    console.log(usage);
    process.exitCode = which === "--help" ? 0 : 2;
    return;
  }
  const files = testFiles(join(root, "test")).filter(
    (file) => file.includes(pattern) && (which === "all" || isUnit(file)),
  );
  if (files.length === 0) {
    console.error(`no test file contains "${pattern}"`);
    process.exitCode = 2;
    return;
  }
  await prepare(files, pattern === "");
  // two at a time: each control plane wants a core
  const args = ["--import", "tsx", "--test", "--test-concurrency=2", "--test-reporter=spec", ...files];
  process.exitCode = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" }).status ?? 1;
}

/** First builds take minutes: done and shown here, they count against no test's time. Together they fill the cores best. */
async function prepare(files: readonly string[], everything: boolean): Promise<void> {
  if (!files.some(needsCluster)) return;
  const [tools] = await Promise.all([
    toolchain(),
    prepareCluster(),
    // a few files need it; run alone, such a file builds it by itself
    everything ? kubernetesPlugin() : undefined,
  ]);
  console.log(`Pulumi ${tools.version}, ${tools.source}`);
}

function testFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts") && !file.includes("node_modules"))
    .map((file) => relative(root, join(folder, file)))
    .sort();
}

function needsCluster(file: string): boolean {
  return file.endsWith(".cluster.test.ts") || file.startsWith(join("test", "cluster"));
}

function isUnit(file: string): boolean {
  return !needsCluster(file) && !slow.some((folder) => file.startsWith(folder));
}
