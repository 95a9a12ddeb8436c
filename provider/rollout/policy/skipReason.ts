import type { ObjectMeta } from "../../cluster/KubernetesApi.js";
import type { Rollout } from "../../levels/RolloutOptions.js";
import { type LabelSelector, parseSelector, selectorText, selects } from "../../levels/selector.js";
import type { Assessment, NamespaceSettings } from "../observe/Assessment.js";
import {
  type Annotations,
  effectiveAnnotation,
  optOutAnnotation,
  windowAnnotation,
} from "../observe/rolloutAnnotations.js";
import { maintenanceWindow } from "./maintenanceWindow.js";
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

/**
 * Why the workload's or its namespace's annotation forbids a restart; undefined if it doesn't. `always` on a workload overrides its
 * namespace. An unknown value forbids it, too: its owner meant something by it.
 */
export function optOut(
  workload: Pick<ObjectMeta, "annotations">,
  namespace?: Annotations,
): string | undefined {
  const annotation = effectiveAnnotation(optOutAnnotation, workload, namespace);
  if (!annotation || annotation.value === "always") return undefined;
  if (annotation.value === "never") return `${annotation.by} annotation ${optOutAnnotation} is "never"`;
  return `${annotation.by} annotation ${optOutAnnotation} is "${annotation.value}"; expected "never" or "always"`;
}

/** Why a selector doesn't match an object; undefined if it does, or is empty. */
export function notSelected(
  { labels = {} }: Pick<ObjectMeta, "labels">,
  selector: LabelSelector,
): string | undefined {
  const { value: conditions } = parseSelector(selector);
  if (selects(conditions, labels)) return undefined;
  return `not selected: rollout.selector wants ${selectorText(conditions)}`;
}
