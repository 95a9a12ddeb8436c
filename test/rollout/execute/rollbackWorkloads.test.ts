import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { rollbackWorkloads } from "../../../provider/rollout/execute/rollbackWorkloads";
import type { Assessment } from "../../../provider/rollout/observe/Assessment";
import type { Restart } from "../../../provider/rollout/plan/Restart";
import { restartAnnotation } from "../../../provider/rollout/policy/restartAnnotation";
import { dependenciesOn } from "../dependenciesOn";
import { type Behaviour, InMemoryCluster, newStamp } from "../InMemoryCluster";
import { application } from "../injectedPod";
import { rolloutWith } from "../rolloutWith";
import { staleVerdict } from "../staleVerdict";
import { VirtualClock } from "../VirtualClock";

const [gone, older] = ["60ne60ne60ne", "01de701de701"];
const stale: Assessment["verdict"] = staleVerdict({ differences: [] });
const current: Assessment["verdict"] = { is: "current" };
const marked = (stamp: string): Behaviour => ({ annotations: { [restartAnnotation]: stamp } });

/** What became of workload `api`, which `stampBefore` gave pods of namespace shop until its settings were put back. */
async function back(
  behaviour: Behaviour,
  verdict = stale,
  options: object = {},
  stamps: string[] = [gone],
  stampBefore = gone,
) {
  const clock = new VirtualClock();
  const cluster = new InMemoryCluster(clock.now, { api: behaviour });
  const annotations = behaviour.annotations ?? {};
  const template = { metadata: { annotations }, spec: { containers: [application] } };
  const workload = { kind: "Deployment", metadata: { name: "api" }, spec: { template } };
  const restart: Restart = {
    assessment: { namespace: "shop", workload, name: "Deployment/api", pods: 1, stamps, verdict },
    settings: { revision: "default", stamp: newStamp, planned: undefined },
    rollout: rolloutWith(options),
  };
  const putBack = { targets: ["shop"], stampBefore: () => stampBefore };
  const lines: string[] = [];
  const dependencies = dependenciesOn({
    ...clock,
    api: cluster,
    report: (line) => void lines.push(line),
  });
  const summary = await clock.run(rollbackWorkloads([restart], [putBack], dependencies));
  return { summary, cluster, lines };
}

describe("with settings that are rolled back, a workload", () => {
  const rows: [string, number, Parameters<typeof back>][] = [
    ["that was restarted for them is rolled back", 1, [marked(gone)]],
    ["that was restarted twice for them is, too", 1, [marked(`${gone}.2`)]],
    ["that was restarted for earlier ones is left alone", 0, [marked(older)]],
    ["that nobody restarted is left alone, though a pod of it came with them", 0, [{}]],
    [
      "whose namespace has the same settings as before is left alone",
      0,
      [marked(newStamp), stale, {}, [], newStamp],
    ],
    [
      "that was restarted for them and opted out since is left alone",
      0,
      [{ ...marked(gone), own: { "sidecar-settings/rollout": "never" } }],
    ],
    [
      "that was not ready since is rolled back all the same",
      1,
      [{ ...marked(gone), underWay: true, seconds: 1_000_000 }],
    ],
  ];
  for (const [edge, restarts, given] of rows) {
    it(edge, async () => {
      const { cluster } = await back(...given);
      assert.equal(cluster.log.length, restarts);
      if (restarts > 0) assert.equal(cluster.annotationsOf("api")[restartAnnotation], newStamp);
    });
  }

  it("says that it was rolled back", async () => {
    const { summary, lines } = await back(marked(gone));
    assert.equal(summary.restarted, 1);
    assert.match(lines.join("\n"), /^\[shop\] 1\/1 rolled back Deployment\/api \(1 pod, \d+ s\)$/);
  });

  it("that fails to roll back is named, and does not stop the others", async () => {
    const { summary } = await back({ ...marked(gone), exceedsDeadline: true });
    assert.deepEqual(summary.failed, { "shop/Deployment/api": "too slow" });
  });

  it("whose pods are to be evicted is found by its pods, since its spec does not show it", async () => {
    const tried = async (stamps: string[]) =>
      (await back({}, stale, { strategy: "evict" }, stamps)).lines.length;
    assert.deepEqual([await tried([gone]), await tried([older]), await tried([newStamp])], [1, 0, 0]);
  });

  it("that never got a pod of the new template gets its template back", async () => {
    const begun = { ...marked(gone), underWay: true, seconds: 1_000_000 };
    const { cluster, summary } = await back(begun, current);
    assert.equal(cluster.annotationsOf("api")[restartAnnotation], newStamp);
    assert.equal(cluster.log.length, 1, JSON.stringify(summary));
  });
});
