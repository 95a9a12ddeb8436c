import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { istioReleases } from "./cluster/istioRelease";
import { measured } from "./secondsOf";
import { type Group, groupOf, groups, testFiles } from "./testFiles";

interface Job {
  needs?: string;
  env?: Record<string, string>;
  strategy?: { matrix: Record<string, string[]> };
  steps: { run?: string }[];
}

const root = join(__dirname, "..");
const jobsOf = (workflow: string) =>
  (parse(readFileSync(join(root, ".github/workflows", workflow), "utf8")) as { jobs: Record<string, Job> })
    .jobs;
const jobs = jobsOf("ci.yml");

/** The groups that a job runs, one after the other or beside each other. */
function groupsOf({ steps, strategy }: Job): string[] {
  return steps.flatMap(({ run = "" }) => {
    const [, words = ""] = /^npx tsx test\/run\.ts (.*)$/.exec(run) ?? [];
    return words.replace(/\$\{\{ matrix\.group \}\}/, strategy?.matrix.group?.join(" ") ?? "").split(" ");
  });
}

describe("the workflow ci", () => {
  const all = Object.values(jobs).flatMap(groupsOf).filter(isGroup);

  it("runs every group of tests, none in two jobs", () => {
    assert.deepEqual([...all].sort(), [...groups].sort());
  });

  it("runs every test file: each is in a group, and no group is empty", () => {
    assert.deepEqual(new Set(testFiles().map(groupOf)), new Set(all));
  });

  it("builds what the tests run on before the jobs that need it, and lints and checks types", () => {
    const runs = Object.values(jobs).flatMap(({ steps }) => steps.map(({ run }) => run));
    for (const wanted of ["npm run lint", "npm run typecheck"]) assert.ok(runs.includes(wanted), wanted);
    const [building] = Object.entries(jobs).find(([, job]) => groupsOf(job).includes("builds")) ?? [];
    assert.ok(building);
    for (const job of Object.values(jobs))
      if (groupsOf(job).some((group) => ["laws", "rollouts", "e2e", "rest"].includes(group)))
        assert.equal(job.needs, building);
  });
});

describe("the workflow releases", () => {
  const { istiod } = jobsOf("releases.yml");

  it("runs on every older istiod that there is", () => {
    assert.deepEqual(istiod?.strategy?.matrix.release, istioReleases);
    assert.deepEqual(istiod?.env, { SIDECAR_TEST_ISTIOD: `\${{ matrix.release }}` });
  });

  it("runs the laws, and only test files that there are", () => {
    const patterns = istiod ? groupsOf(istiod).filter((word) => word !== "all") : [];
    assert.ok(patterns.includes("test/laws/"));
    for (const pattern of patterns)
      assert.ok(
        testFiles().some((file) => file.includes(pattern)),
        pattern,
      );
  });
});

describe("the order of test files", () => {
  it("has no missing file", () => {
    assert.deepEqual(
      Object.keys(measured).filter((file) => !existsSync(join(root, file))),
      [],
    );
  });
});

function isGroup(word: string): word is Group {
  return groups.some((group) => group === word);
}
