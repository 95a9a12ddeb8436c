import { sep } from "node:path";

/**
 * About what a test file takes on 2 cores, with two or three at a time: `npx tsx test/run.ts all --times` says it anew. It makes
 * their order; those that are not here come after them.
 */
export const measured: Readonly<Record<string, number>> = {
  "test/e2e/verbs.cluster.test.ts": 290,
  "test/e2e/leastPrivilege.cluster.test.ts": 260,
  "test/e2e/resume.cluster.test.ts": 240,
  "test/e2e/rollback.cluster.test.ts": 235,
  "test/laws/laws.cluster.test.ts": 225,
  "test/examples/demo.cluster.test.ts": 220,
  "test/faults/faults.cluster.test.ts": 210,
  "test/e2e/walkthrough.cluster.test.ts": 175,
  "test/e2e/layers.cluster.test.ts": 160,
  "test/e2e/stuck.cluster.test.ts": 150,
  "test/e2e/priority.cluster.test.ts": 140,
  "test/package/packageManagers.cluster.test.ts": 120,
  "test/e2e/removal.cluster.test.ts": 120,
  "test/e2e/evidence.cluster.test.ts": 110,
  "test/laws/explain.cluster.test.ts": 110,
  "test/e2e/workloads.cluster.test.ts": 90,
  "test/e2e/credentials.cluster.test.ts": 85,
  "test/laws/levels.cluster.test.ts": 78,
  "test/cli/cli.cluster.test.ts": 66,
  "test/cluster/controlPlane.cluster.test.ts": 65,
  "test/e2e/helm.cluster.test.ts": 56,
  "test/e2e/rollout.cluster.test.ts": 45,
  "test/e2e/waves.cluster.test.ts": 41,
  "test/e2e/unclaimed.cluster.test.ts": 40,
  "test/e2e/platform.cluster.test.ts": 39,
};

export function secondsOf(file: string): number {
  return measured[file.split(sep).join("/")] ?? 1;
}
