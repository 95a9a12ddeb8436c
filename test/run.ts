import { once } from "node:events";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { parseArgs } from "node:util";
import { buildAgent } from "./agent/agentReadings";
import { buildRolloutsController } from "./argo/RolloutsController";
import { prepareCluster } from "./cluster/cluster";
import {
  javaSdkGenerator,
  kubernetesPlugin,
  languageHost,
  sdkGenerator,
  toolchain,
} from "./pulumi/toolchain";
import { groupOf, groups, needsCluster, testFiles } from "./testFiles";
import { filesVariable } from "./unitTests";

const usage = `usage: tsx test/run.ts [all|builds|GROUP...] [PATTERN] [--times]
  all       every test (default)
  GROUP     ${groups.join(", ")}: each test is in one of these
            unit tests need neither Go nor a cluster
  builds    no test: builds the control plane and Pulumi, if this state of them was never built here
  PATTERN   only files whose path contains it
  --times   in the end, the seconds that each file took`;

// on 2 cores: a test of rollouts waits for a good part of its time
const AT_ONCE = 3;

const languages = ["yaml", "python", "go", "java"] as const;

// memory for time: the API server and istiod answer for a sixth less CPU when they collect garbage less often
process.env.GOGC ??= "400";

void main(process.argv.slice(2));

async function main(args: string[]): Promise<void> {
  const wanted = read(args);
  if (wanted === undefined) return;
  if (wanted.builds) return prepare(true);
  const files = testFiles().filter(
    (file) => file.includes(wanted.pattern) && wanted.groups.includes(groupOf(file)),
  );
  if (files.length === 0) {
    console.error(`no test file contains "${wanted.pattern}"`);
    process.exitCode = 2;
    return;
  }
  if (files.some(needsCluster)) await prepare(wanted.pattern === "");
  const { passed, failed, seconds } = await runFiles(files);
  if (wanted.times) {
    for (const [file, took] of [...seconds].sort(([, a], [, b]) => b - a))
      console.log(`${took.toFixed(1).padStart(6)} s ${file}`);
  }
  // the last line of a long log: node's own figures come before each failure once more
  console.log(`${passed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}

interface Wanted {
  groups: readonly string[];
  builds: boolean;
  pattern: string;
  times: boolean;
}

function read(args: string[]): Wanted | undefined {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { times: { type: "boolean", default: false }, help: { type: "boolean", default: false } },
  });
  const known: readonly string[] = [...groups, "all", "builds"];
  const named = positionals.filter((word) => known.includes(word));
  const [pattern = "", ...more] = positionals.filter((word) => !known.includes(word));
  if (values.help || more.length > 0 || (named.length === 0 && pattern !== "")) {
    console.log(usage);
    process.exitCode = values.help ? 0 : 2;
    return undefined;
  }
  return {
    groups: named.length === 0 || named.includes("all") ? groups : named,
    builds: named.includes("builds"),
    pattern,
    times: values.times,
  };
}

/** First builds take minutes: done and shown here, they count against no test's time. Together they fill the cores best. */
async function prepare(everything: boolean): Promise<void> {
  const [tools] = await Promise.all([
    toolchain(),
    prepareCluster(),
    // a few files need it; run alone, such a file builds it by itself
    everything ? kubernetesPlugin() : undefined,
  ]);
  // after the rest: they share most of what the CLI is made of
  if (everything)
    for (const build of [
      sdkGenerator,
      javaSdkGenerator,
      ...languages.map((one) => () => languageHost(one)),
      buildAgent,
      buildRolloutsController,
    ])
      await build();
  console.log(`Pulumi ${tools.version}, ${tools.source}`);
}

/** Runs them in this order; node's own command would sort them by name. */
async function runFiles(files: readonly string[]) {
  const results = { passed: 0, failed: 0, seconds: new Map<string, number>() };
  const started = new Map<string, number>();
  const unit = files.filter((file) => groupOf(file) === "unit");
  process.env[filesVariable] = JSON.stringify(unit);
  const others = files.filter((file) => !unit.includes(file));
  const together = unit.length > 0 ? ["test/unitTests.ts"] : [];
  const events = run({ files: [...together, ...others], concurrency: AT_ONCE });
  events.on("test:pass", ({ details, skip, todo }) => {
    if (details.type !== "suite" && skip === undefined && todo === undefined) results.passed++;
  });
  // a suite fails of itself as well, in a hook
  events.on("test:fail", ({ details, todo }) => {
    if (todo === undefined && !isOfSubtests(details.error)) results.failed++;
  });
  // a file is a test of its own, that only these two tell of
  events.on("test:dequeue", ({ name, nesting }) => {
    if (nesting === 0) started.set(name, Date.now());
  });
  events.on("test:complete", ({ name, nesting }) => {
    const file = files.find((one) => name.endsWith(one));
    if (nesting === 0 && file) results.seconds.set(file, (Date.now() - (started.get(name) ?? 0)) / 1000);
  });
  const report = events.compose(new spec());
  report.pipe(process.stdout, { end: false });
  await once(report, "end");
  return results;
}

/** A suite fails with each of its tests, which are counted by themselves. */
function isOfSubtests(error: Error): boolean {
  return "failureType" in error && error.failureType === "subtestsFailed";
}
