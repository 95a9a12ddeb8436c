import type { ObjectMeta } from "../../cluster/KubernetesApi.js";
import type { Rollout } from "../../levels/RolloutOptions.js";
import type { Assessment, NamespaceSettings } from "../observe/assess.js";
import type { Annotations } from "../observe/rolloutAnnotations.js";
import { saidOf, windowAnnotation } from "../observe/rolloutAnnotations.js";
import { maintenanceWindow } from "./maintenanceWindow.js";
import { notSelected } from "./notSelected.js";
import { optOut } from "./optOut.js";
import { rolloutOrder } from "./rolloutOrder.js";

/** Why a stale workload waits. */
export interface Skip {
  why: string;
  /** The same at every look where nothing has changed, so that a preview repeats it without a diff. */
  lasting: string;
}

/** Why a workload is not restarted by this rollout, at this time; undefined when it may be. */
export function skipReason(
  { verdict, workload }: Pick<Assessment, "verdict" | "workload">,
  { annotations = {} }: Pick<NamespaceSettings, "annotations">,
  rollout: Pick<Rollout, "strategy" | "selector">,
  now: number,
): Skip | undefined {
  if (verdict.is === "held") return same(verdict.why);
  if (verdict.is !== "stale" && verdict.is !== "unknown") return undefined;
  if (rollout.strategy === "none")
    return same("rollout strategy none: its pods keep the old settings until they are recreated");
  return kept(workload.metadata, annotations, rollout.selector, now);
}

/** The same for anything that has labels and annotations: workloads, and pods that no workload owns. */
export function kept(
  metadata: ObjectMeta,
  namespace: Annotations,
  selector: Rollout["selector"],
  now: number,
): Skip | undefined {
  const why = optOut(metadata, namespace) ?? notSelected(metadata, selector);
  if (why !== undefined) return same(why);
  const order = rolloutOrder(metadata, namespace);
  if ("wrong" in order) return same(order.wrong);
  const said = saidOf(windowAnnotation, metadata, namespace);
  if (!said) return undefined;
  const window = maintenanceWindow(said.value, now);
  switch (window.is) {
    case "open":
      return undefined;
    case "wrong":
      return same(`${said.by} annotation ${windowAnnotation} can't be read: ${window.why}`);
    case "closed": {
      const lasting = `outside ${said.by} maintenance window ${said.value}`;
      return { why: `${lasting}, which opens next on ${window.opens}`, lasting };
    }
  }
}

function same(why: string): Skip {
  return { why, lasting: why };
}
