import type { Properties } from "../data/Properties.js";
import { targetOf } from "../levels/Layer.js";
import type { Coordinators } from "./Coordinators.js";
import { contentOf, injectorTimeoutOf, type LayerContent, ownerOf } from "./layerInputs.js";
import { claimedTwice, isSameStack, ownedByAnother, writtenOwnerOf } from "./layerOwner.js";
import { presentLayer } from "./lookAtInjector.js";

/** Notes a layer as planned. Returns the conflict if another component of the program, or another stack, has its target. */
export async function layerConflict(
  coordinators: Coordinators,
  olds: Properties,
  news: Properties,
  content: LayerContent,
  isLost: boolean,
): Promise<string | undefined> {
  return (
    (await claimedHere(coordinators, news, content, isLost)) ??
    (await ownedElsewhere(coordinators, olds, news))
  );
}

/** Records the layer as planned. Returns the conflict if another component of the program has the target. */
async function claimedHere(
  coordinators: Coordinators,
  inputs: Properties,
  content: LayerContent,
  lost: boolean,
): Promise<string | undefined> {
  const { planned } = await coordinators.of(inputs);
  const [target, owner] = [targetOf(inputs), ownerOf(inputs)];
  const layer = { ...contentOf(content), owner, injectorTimeout: injectorTimeoutOf(inputs) };
  const claimed = planned.note(target, layer, lost);
  return claimed === undefined ? undefined : claimedTwice(target, [claimed, owner]);
}

/** The conflict if another stack owns the layer, unless the state says that this resource had it from there. */
async function ownedElsewhere(
  coordinators: Coordinators,
  olds: Properties,
  news: Properties,
): Promise<string | undefined> {
  const present = await presentLayer(coordinators, news);
  if (!present || isSameStack(present.owner, ownerOf(news))) return undefined;
  // renamed stacks, and resources moved between stacks, keep their layers
  return present.owner === writtenOwnerOf(olds) ? undefined : ownedByAnother(targetOf(news), present.owner);
}
