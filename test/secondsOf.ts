import { sep } from "node:path";

/**
 * About what a test file takes on 2 cores, with two or three at a time: `npx tsx test/run.ts all --times` says it anew. It makes
 * their order; those that are not here come after them.
 */
export const measured: Readonly<Record<string, number>> = {
  "test/e2e/verbs.cluster.test.ts": 660,
  "test/e2e/previews.cluster.test.ts": 240,
  "test/e2e/languages.cluster.test.ts": 400,
  "test/e2e/rollback.cluster.test.ts": 385,
  "test/e2e/leastPrivilege.cluster.test.ts": 350,
  "test/e2e/resume.cluster.test.ts": 340,
  "test/e2e/layers.cluster.test.ts": 255,
  "test/laws/laws.cluster.test.ts": 230,
  "test/e2e/plugin.cluster.test.ts": 220,
  "test/e2e/rolloutOptions.cluster.test.ts": 210,
  "test/e2e/stuck.cluster.test.ts": 195,
  "test/e2e/walkthrough.cluster.test.ts": 185,
  "test/e2e/rolloutLevelsRestart.cluster.test.ts": 175,
  "test/e2e/rolloutLevelsEvict.cluster.test.ts": 175,
  "test/e2e/rolloutLevelsNone.cluster.test.ts": 175,
  "test/e2e/documents.cluster.test.ts": 160,
  "test/e2e/foundMeshes.cluster.test.ts": 160,
  "test/faults/faults.cluster.test.ts": 215,
  "test/e2e/injectorShapes.cluster.test.ts": 145,
  "test/package/packageManagers.cluster.test.ts": 145,
  "test/e2e/asks.cluster.test.ts": 130,
  "test/e2e/evidence.cluster.test.ts": 125,
  "test/examples/demo.cluster.test.ts": 105,
  "test/e2e/helm.cluster.test.ts": 85,
  "test/e2e/workloads.cluster.test.ts": 85,
  "test/e2e/removal.cluster.test.ts": 85,
  "test/e2e/priority.cluster.test.ts": 70,
  "test/laws/asked.cluster.test.ts": 70,
  "test/e2e/credentials.cluster.test.ts": 65,
  "test/laws/explain.cluster.test.ts": 65,
  "test/cli/cli.cluster.test.ts": 65,
  "test/e2e/argoRollouts.cluster.test.ts": 60,
  "test/e2e/rollout.cluster.test.ts": 60,
  "test/e2e/previewJson.cluster.test.ts": 60,
  "test/e2e/waves.cluster.test.ts": 60,
  "test/e2e/formerState.cluster.test.ts": 45,
  "test/e2e/gitops.cluster.test.ts": 55,
  "test/e2e/unclaimed.cluster.test.ts": 55,
  "test/plugin/packageAdd.cluster.test.ts": 110,
  "test/laws/levels.cluster.test.ts": 50,
  "test/package/package.test.ts": 50,
  "test/plugin/sdks.cluster.test.ts": 50,
  "test/laws/helmChart.cluster.test.ts": 45,
  "test/laws/agent.cluster.test.ts": 45,
  "test/cluster/controlPlane.cluster.test.ts": 35,
  "test/injector/replicas.cluster.test.ts": 35,
  "test/docs.cluster.test.ts": 30,
  "test/injector/layerProvider.cluster.test.ts": 30,
  "test/e2e/platform.cluster.test.ts": 30,
  "test/cluster/istioRelease.cluster.test.ts": 15,
  "test/hostile/hostileText.cluster.test.ts": 30,
};

export function secondsOf(file: string): number {
  return measured[file.split(sep).join("/")] ?? 1;
}
