import type { KubernetesApi } from "../cluster/KubernetesApi.js";
import { messageOf } from "../data/messageOf.js";
import { type Layers, layerAt } from "../levels/Layer.js";
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
import { changesReaching, type Refused, reasonsText } from "./Refused.js";
import { targetName } from "./targetName.js";
import { writeLayers } from "./writeLayers.js";

/** Reverts the layers with which pods can't be created, and records why as their outcome. */
export async function revertRejected(
  api: KubernetesApi,
  injector: Injector,
  accepted: readonly LayerChange[],
  before: Layers,
  refused: Refused,
  outcomes: Outcomes,
  options: CommitOptions,
): Promise<void> {
  const failing = changesReaching(accepted, refused);
  if (failing.length === 0) return;
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
    const reasons = reasonsText(change, refused);
    const name = targetName(change.target);
    const which = change.layer ? "with them" : "without them";
    outcomes.set(
      change,
      put.is === "done"
        ? new RejectedByInjector(
            `${name}: the settings were put back to what they were, since ${which} pods can't be created or don't get what they should.\n${reasons}`,
          )
        : new UntriedSettings(
            `${name}: ${which} pods can't be created or don't get what they should, and the settings could not be put back: ${put.why}; run pulumi up again.\n${reasons}`,
          ),
    );
  }
}

/** Writes the former layers; one that conflicts with what others wrote meanwhile is removed instead. */
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
      await writeLayers(api, injector, some, outcomes, async () => new Map(), options);
      left = some.filter((change) => {
        const error = outcomes.get(change);
        return error !== undefined && !(error instanceof OwnershipError);
      });
      if (left.length === 0) break;
    }
    return { is: "done" };
  } catch (error) {
    return { is: "failed", why: messageOf(error) };
  }
}
