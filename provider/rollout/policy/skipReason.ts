import type { ObjectMeta } from "../../cluster/KubernetesApi.js";
import type { Rollout } from "../../levels/RolloutOptions.js";
import type { Assessment, NamespaceSettings } from "../observe/Assessment.js";
import type { Annotations } from "../observe/rolloutAnnotations.js";
import { effectiveAnnotation, windowAnnotation } from "../observe/rolloutAnnotations.js";
import { maintenanceWindow } from "./maintenanceWindow.js";
import { notSelected } from "./notSelected.js";
import { optOut } from "./optOut.js";
import { rolloutOrder } from "./rolloutOrder.js";

/** Why a stale workload is not restarted. */
interface Skip {
  why: string;
  /** Without times, so that previews repeat it without a diff. */
  lasting: string;
}

/** Why this rollout doesn't restart a workload now; undefined if it may. */
export function skipReason(
  { verdict, workload }: Pick<Assessment, "verdict" | "workload">,
  { annotations = {} }: Pick<NamespaceSettings, "annotations">,
  rollout: Pick<Rollout, "strategy" | "selector">,
  now: number,
): Skip | undefined {
  if (verdict.is === "held") return unchanging(verdict.why);
  if (verdict.is !== "stale" && verdict.is !== "unknown") return undefined;
  if (rollout.strategy === "none")
    return unchanging("rollout strategy none: its pods keep the old settings until they are recreated");
  return metadataSkipReason(workload.metadata, annotations, rollout.selector, now);
}

/** The same for any object with labels and annotations: workloads, and pods without one. */
export function metadataSkipReason(
  metadata: ObjectMeta,
  namespace: Annotations,
  selector: Rollout["selector"],
  now: number,
): Skip | undefined {
  const why = optOut(metadata, namespace) ?? notSelected(metadata, selector);
  if (why !== undefined) return unchanging(why);
  const order = rolloutOrder(metadata, namespace);
  if ("wrong" in order) return unchanging(order.wrong);
  const annotation = effectiveAnnotation(windowAnnotation, metadata, namespace);
  if (!annotation) return undefined;
  const window = maintenanceWindow(annotation.value, now);
  switch (window.is) {
    case "open":
      return undefined;
    case "wrong":
      return unchanging(`${annotation.by} annotation ${windowAnnotation} can't be read: ${window.why}`);
    case "closed": {
      const text = `outside ${annotation.by} maintenance window ${annotation.value}`;
      return { why: `${text}, which opens next on ${window.opens}`, lasting: text };
    }
  }
}

function unchanging(why: string): Skip {
  return { why, lasting: why };
}
