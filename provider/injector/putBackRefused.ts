import type { KubernetesApi } from "../cluster/KubernetesApi.js";
import { globalTarget, type Layers, layerAt, namespaceOf } from "../render/Layer.js";
import type { Injector } from "./Injector.js";
import {
  type CommitOptions,
  isSame,
  type LayerChange,
  type Outcomes,
  OwnershipError,
  RejectedByInjector,
  UntriedSettings,
} from "./LayerChange.js";
import { targetName } from "./targetName.js";
import type { Refused } from "./waitForStamps.js";
import { writeLayers } from "./writeLayers.js";

/** Puts the layers back that reach namespaces whose pods can't be created with them, and tells so as their outcome. */
export async function putBackRefused(
  api: KubernetesApi,
  injector: Injector,
  accepted: readonly LayerChange[],
  before: Layers,
  refused: Refused,
  outcomes: Outcomes,
  options: CommitOptions,
): Promise<void> {
  const failing = accepted.filter(
    ({ target }) => target === globalTarget || refused.has(namespaceOf(target) ?? ""),
  );
  if (failing.length === 0) return;
  // without a culprit among namespaces the global change is the one that reached them
  const back = failing.map(
    (change): LayerChange => ({
      target: change.target,
      layer: isSame(layerAt(before, change.target), change.layer)
        ? change.former
        : layerAt(before, change.target),
      owners: [...change.owners, ...(change.layer ? [change.layer.owner] : [])],
    }),
  );
  options.report(`putting back the settings of ${back.map(({ target }) => targetName(target)).join(", ")}`);
  const put = await takeBack(api, injector, back, options);
  for (const change of failing) {
    const reasons =
      change.target === globalTarget
        ? [...refused]
        : [...refused].filter(([namespace]) => namespace === namespaceOf(change.target));
    const told = reasons.map(([namespace, why]) => `✖ namespace ${namespace}: ${why}`).join("\n");
    const name = targetName(change.target);
    outcomes.set(
      change,
      put.is === "done"
        ? new RejectedByInjector(
            `${name}: the settings were put back to what they were, since with them pods can't be created or don't get them.\n${told}`,
          )
        : new UntriedSettings(
            `${name}: with the settings pods can't be created or don't get them, and they could not be put back: ${put.why}; run pulumi up again.\n${told}`,
          ),
    );
  }
}

/** Writes former layers; one that no longer goes with what others have written meanwhile is taken out. */
async function takeBack(
  api: KubernetesApi,
  injector: Injector,
  back: readonly LayerChange[],
  options: CommitOptions,
): Promise<{ is: "done" } | { is: "failed"; why: string }> {
  try {
    let left = back;
    for (const layers of ["former", "none"]) {
      const outcomes: Outcomes = new Map();
      const some = layers === "former" ? left : left.map((change) => ({ ...change, layer: undefined }));
      await writeLayers(api, injector, some, outcomes, async () => {}, options);
      left = some.filter((change) => {
        const error = outcomes.get(change);
        return error !== undefined && !(error instanceof OwnershipError);
      });
      if (left.length === 0) break;
    }
    return { is: "done" };
  } catch (error) {
    return { is: "failed", why: error instanceof Error ? error.message : String(error) };
  }
}
