import type { Properties } from "../data/Properties.js";
/*
 * A layer's owner: `organization/project/stack:component`. Pulumi creates a replacement under the same name before it deletes the
 * former resource, so the replacement is `…:component#2`, and the deletion does not remove what was just written.
 */

import { ownerOf } from "./layerInputs.js";
import { targetName } from "./targetName.js";

/** The stack of an owner, `organization/project/stack`: none of these names has a colon. */
export function stackOf(owner: string): string {
  const colon = owner.indexOf(":");
  return colon < 0 ? owner : owner.slice(0, colon);
}

/** The component of an owner; a name may have colons of its own. */
export function componentOf(owner: string): string {
  return owner.slice(stackOf(owner).length + 1).replace(/#[1-9]\d*$/, "");
}

export function isSameStack(one: string, other: string): boolean {
  return stackOf(one) === stackOf(other);
}

/** The owner to create a layer with, given the owner of the layer that is there. */
export function ownerAfter(owner: string, present: string | undefined): string {
  const generation = present === undefined ? undefined : generationOf(owner, present);
  return generation === undefined ? owner : `${owner}#${generation + 1}`;
}

/** How often the owner's resource was created; undefined if another owner has the layer. */
function generationOf(owner: string, present: string): number | undefined {
  if (present === owner) return 1;
  if (!present.startsWith(`${owner}#`)) return undefined;
  const suffix = present.slice(owner.length + 1);
  return /^[1-9]\d*$/.test(suffix) ? Number(suffix) : undefined;
}

/** In the state of a replacement: the owner in the cluster, if it is not the component's name. */
export const writtenOwnerOutput = "__owner";

/** For the state: the owner in the cluster, if it is not the component's name. */
export function writtenOwner(inputs: Properties, owner: string): Record<string, unknown> {
  return owner === ownerOf(inputs) ? {} : { [writtenOwnerOutput]: owner };
}

/** The owner in the cluster, by the state. */
export function writtenOwnerOf(state: Properties): string {
  return String(state[writtenOwnerOutput] ?? ownerOf(state));
}

/** The owner to update a layer with: a renamed component renames it. */
export function wantedOwner(olds: Properties, news: Properties): string {
  return ownerOf(olds) === ownerOf(news) ? writtenOwnerOf(olds) : ownerOf(news);
}

/** Why settings can't be written: another stack has settings for the same target. */
export function ownedByAnother(target: string, owner: string): string {
  return (
    `${targetName(target)}: its sidecar settings belong to ${owner}, of another stack. ` +
    "Remove them from one of the two programs, or run pulumi destroy there first."
  );
}

/** Why settings can't be written: the program has two components for the same target. */
export function claimedTwice(target: string, owners: readonly [string, string]): string {
  const [first, second] = owners.map(componentOf);
  return (
    `${targetName(target)}: two components of this program, "${first}" and "${second}", have settings for it. ` +
    "Remove one of them, or move its settings into the other."
  );
}
