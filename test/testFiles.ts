import { readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { secondsOf } from "./secondsOf";

const root = join(__dirname, "..");

/**
 * Test files that run in one job, by a pattern of their paths. A file belongs to the first that has it, so that it is in one.
 * `rest` is all others that need a control plane.
 */
const patterns = [
  // a browser, an npm install: each takes longer than all unit tests
  ["package", /^test\/package\/package\./],
  ["page", /^test\/report\/page\//],
  ["unit", /(?<!\.cluster)\.test\.ts$/],
  ["laws", /^test\/(laws|hostile)\//],
  ["rollouts", /^test\/e2e\/(resume|rollback|rollout\w*|stuck|waves|evidence|removal|workloads)\./],
  ["e2e", /^test\/e2e\//],
  ["rest", /^/],
] as const;

export type Group = (typeof patterns)[number][0];

export const groups: readonly Group[] = patterns.map(([group]) => group);

export function groupOf(file: string): Group {
  const path = file.split(sep).join("/");
  const [group] = patterns.find(([, pattern]) => pattern.test(path)) ?? [];
  if (group === undefined) throw new Error(`${file} is in no group`);
  return group;
}

/** Whether a file wants the control plane, and with it Go. */
export function needsCluster(file: string): boolean {
  return !["package", "page", "unit"].includes(groupOf(file));
}

/** Every test file of the repository, those that take longest first: two at a time, none is left to run alone at the end. */
export function testFiles(): string[] {
  return readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts") && !file.includes("node_modules"))
    .map((file) => relative(root, join(root, "test", file)))
    .sort((a, b) => secondsOf(b) - secondsOf(a) || (a < b ? -1 : 1));
}
