import { z } from "zod";
import { isUnknown } from "../../data/unknown.js";
import { parentTypeIn, urnParts } from "../../data/urnParts.js";

const Properties = z.record(z.string(), z.unknown());
const State = z.object({ inputs: Properties.optional(), outputs: Properties.optional() });
/** What a preview says of one resource, as far as reports read it. */
export const Step = z.object({
  op: z.string(),
  urn: z.string(),
  oldState: State.optional(),
  newState: State.optional(),
});
export type Step = z.infer<typeof Step>;

/** From the parent component: a layer of `GlobalSidecarSettings` has the level `global`. */
export function levelOf(urn: string): string {
  return /^(\w+)SidecarSettings$/.exec(parentTypeIn(urn))?.[1]?.toLowerCase() ?? "namespace";
}

/** Stands for a value that depends on what the update creates. */
export const onlyLater = "known after update";

/** Whom a layer or a rollout is for: a namespace, `namespace/workload`, or empty for all. */
export function targetOf(urn: string, level: string, inputs: Readonly<Record<string, unknown>>): string {
  const resource = urnParts(urn).name.replace(/-(layer|rollout)$/, "");
  const { namespace: given, workload } = inputs;
  const namespace = isUnknown(given) ? `${onlyLater} (${resource})` : typeof given === "string" ? given : "";
  if (level === "global" || level === "namespace") return namespace;
  return `${namespace}/${typeof workload === "string" && !isUnknown(workload) ? workload : resource}`;
}

/** Whether a step takes a resource away. */
export function isRemoval({ op }: Step): boolean {
  return op.startsWith("delete") || op === "discard";
}

/** A resource in messages: `global settings`, `workload shop/api`. */
export function nameIn(urn: string, level: string, inputs: Readonly<Record<string, unknown>>): string {
  const target = targetOf(urn, level, inputs);
  return target === "" ? "global settings" : `${level} ${target}`;
}
