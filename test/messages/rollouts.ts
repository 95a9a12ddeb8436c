import { failureText, followed, rollBack } from "../../provider/rollout/execute/ending";
import type { RolloutSummary } from "../../provider/rollout/execute/RolloutSummary";
import { nothingDone } from "../rollout/nothingDone";
import type { Situation } from "./Situation";

const failed: RolloutSummary = {
  ...nothingDone,
  restarted: 2,
  failed: { "shop/Deployment/api": "not ready in time: 0 of 1 new pods available" },
  notStarted: 3,
};
const putBack = { targets: ["*", "shop", "shop/web"], stampBefore: () => "60ne60ne60ne" };

async function rolledBack(
  layers = async () => putBack as typeof putBack | undefined,
  back = async () => nothingDone,
) {
  return String((await rollBack(failed, layers, back)).text);
}

const noAnswer = () => Promise.reject(new Error("no answer from https://10.0.0.1:6443 (connection refused)"));

/** How a rollout that failed ends. */
export const rollouts: readonly Situation[] = [
  ["stopped", () => failureText(failed)],
  ["cancelled", () => failureText({ ...nothingDone, restarted: 2, notStarted: 3, cancelled: true })],
  ["rolled back", () => rolledBack(undefined, async () => ({ ...nothingDone, restarted: 3 }))],
  ["rolled back before anything else was restarted", () => rolledBack()],
  [
    "rolled back, except for a workload that fails again and one that is paused",
    () =>
      rolledBack(undefined, async () => ({
        ...nothingDone,
        failed: { "shop/Deployment/b": "not ready in time: 0 of 1 new pods available" },
        waiting: { "shop/Deployment/c": "paused" },
      })),
  ],
  ["nothing to roll back to", () => rolledBack(async () => undefined)],
  ["settings that could not be put back", () => rolledBack(noAnswer)],
  ["workloads that could not be rolled back", () => rolledBack(undefined, noAnswer)],
  [
    "rolled back by another level's rollout",
    () => followed({ ...nothingDone, restarted: 1 }, [putBack]).text ?? "",
  ],
];
