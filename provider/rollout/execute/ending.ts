import { listText } from "../../data/listText.js";
import { messageOf } from "../../data/messageOf.js";
import type { Rollback } from "../../injector/rollbackLayers.js";
import { targetName } from "../../injector/targetName.js";
import { globalTarget, isWorkloadTarget } from "../../levels/Layer.js";
import { cappedMap } from "../plan/cappedMap.js";
import type { RolloutSummary } from "./RolloutSummary.js";

/** How a rollout ended. `text`: the error message, if it failed. */
export interface Ending {
  summary: RolloutSummary;
  text?: string;
}

export function failureText(summary: RolloutSummary): string {
  return [`${counts(summary)}; run pulumi up again to go on.`, reasons(summary.failed)]
    .filter(Boolean)
    .join("\n");
}

/** Handles a failure: rolls back the settings and the workloads restarted for them, and reports all of it. Never throws. */
export async function rollBack(
  summary: RolloutSummary,
  rollBackLayers: () => Promise<Rollback | undefined>,
  rollBackWorkloads: (rollbacks: readonly Rollback[]) => Promise<RolloutSummary>,
): Promise<Ending> {
  let done: Rollback | undefined;
  let back: RolloutSummary;
  try {
    done = await rollBackLayers();
    if (!done) {
      const why = "nothing was put back, since these are the settings of the last successful rollout";
      return {
        summary,
        text: `${counts(summary)}; ${why}. Run pulumi up again to go on.\n${reasons(summary.failed)}`,
      };
    }
    back = await rollBackWorkloads([done]);
  } catch (error) {
    const why = messageOf(error);
    const what = done
      ? `${capital(settingsOf(done.targets))} were put back, but what had been restarted could not be rolled back`
      : "The settings could not be put back";
    return {
      summary,
      text: `${counts(summary)}. ${what}: ${why}\nRun pulumi up again to go on.\n${reasons(summary.failed)}`,
    };
  }
  return {
    summary: {
      ...summary,
      putBack: { settings: listText(done.targets.map(targetName)), restarted: back.restarted },
    },
    text:
      `${counts(summary)}. ${capital(settingsOf(done.targets))} were put back to what they were, and ${backText(back)}. ` +
      `Revert the change, or run pulumi up to try it again.\n${reasons(summary.failed)}${backReasons(back)}`,
  };
}

/** For a rollout whose settings were rolled back by another one before its turn. */
export function followed(back: RolloutSummary, rollbacks: readonly Rollback[]): Ending {
  const targets = [...new Set(rollbacks.flatMap((rollback) => rollback.targets))];
  return {
    summary: {
      ...back,
      restarted: 0,
      failed: {},
      putBack: { settings: listText(targets.map(targetName)), restarted: back.restarted },
    },
    text:
      `not begun: the rollout of another level failed, ${settingsOf(targets)} were put back to what they were, and ${backText(back)}. ` +
      `Revert the change, or run pulumi up to try it again.${backReasons(back)}`,
  };
}

function counts({ failed, notStarted, restarted, cancelled }: RolloutSummary): string {
  if (cancelled && Object.keys(failed).length === 0)
    return `cancelled: ${restarted} restarts done, ${notStarted} not started`;
  const rest = notStarted > 0 ? `; ${notStarted} not started` : "";
  return `${Object.keys(failed).length} of the restarts failed, ${restarted} done${rest}`;
}

function backText({ restarted, failed, waiting }: RolloutSummary): string {
  const left = Object.keys(waiting).length;
  const lost = Object.keys(failed).length;
  const parts = [
    ...(restarted > 0 ? [`${restarted} ${workloads(restarted)} rolled back`] : []),
    ...(lost > 0 ? [`${lost} could not be rolled back`] : []),
    ...(left > 0 ? [`${left} waiting`] : []),
  ];
  return parts.length === 0 ? "nothing had to be rolled back" : parts.join(", ");
}

function workloads(count: number): string {
  return count === 1 ? "workload was" : "workloads were";
}

function backReasons({ failed, waiting }: RolloutSummary): string {
  const lines = [
    ...Object.entries(cappedMap(failed)).map(([name, why]) => `✖ not rolled back: ${name}: ${why}`),
    ...Object.entries(cappedMap(waiting)).map(([name, why]) => `- waiting: ${name}: ${why}`),
  ];
  return lines.map((line) => `\n${line}`).join("");
}

function reasons(failed: RolloutSummary["failed"]): string {
  return Object.entries(cappedMap(failed))
    .map(([name, why]) => `✖ ${name}: ${why}`)
    .join("\n");
}

function settingsOf(targets: readonly string[]): string {
  const isNamespace = (target: string) => target !== globalTarget && !isWorkloadTarget(target);
  return listText(
    targets.map((target) => `${isNamespace(target) ? "the settings of " : ""}${targetName(target)}`),
  );
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
