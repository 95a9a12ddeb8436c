import { layersOf } from "../configMap/layersOf.js";
import type { Properties } from "../data/Properties.js";
import { containsUnknown } from "../data/unknown.js";
import { layerAt, targetOf } from "../levels/Layer.js";
import type { Coordinators } from "./Coordinators.js";
import { contentOf, injectorTimeoutOf, type LayerContent, ownerOf } from "./layerInputs.js";
import { claimedTwice, isSameStack, ownedByAnother, writtenOwnerOf } from "./layerOwner.js";
import { lookAtInjector } from "./lookAtInjector.js";

/** Notes a layer as planned. Returns the conflict if another component of the program, or another stack, has its target. */
export async function layerConflict(
  coordinators: Coordinators,
  olds: Properties,
  news: Properties,
  content: LayerContent,
  isLost: boolean,
): Promise<string | undefined> {
  const { namespace, workload, injector, cluster } = news;
  // two values that a preview doesn't know look the same
  if (containsUnknown([namespace, workload, injector, cluster])) return undefined;
  const { planned } = await coordinators.of(news);
  const [target, owner] = [targetOf(news), ownerOf(news)];
  const layer = { ...contentOf(content), owner, injectorTimeout: injectorTimeoutOf(news) };
  const claimed = planned.note(target, layer, isLost);
  if (claimed !== undefined) return claimedTwice(target, [claimed, owner]);
  const live = await lookAtInjector(coordinators, news);
  const present = live && layerAt(layersOf(live.data), target);
  if (!present || isSameStack(present.owner, owner)) return undefined;
  // renamed stacks, and resources moved between stacks, keep their layers
  return present.owner === writtenOwnerOf(olds) ? undefined : ownedByAnother(target, present.owner);
}
