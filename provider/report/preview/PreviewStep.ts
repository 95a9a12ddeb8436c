import { z } from "zod";
import { isUnknown } from "../../data/unknown.js";

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

/** The last part of the resource's type, such as `SettingsLayer`. */
export function typeOf(urn: string): string | undefined {
  return urn.split("::")[2]?.split("$").at(-1)?.split(":").at(-1);
}

/** From the parent component: a layer of `GlobalSidecarSettings` has the level `global`. */
export function levelOf(urn: string): string {
  const parent = urn.split("::")[2]?.split("$").at(-2)?.split(":").at(-1) ?? "";
  return /^(\w+)SidecarSettings$/.exec(parent)?.[1]?.toLowerCase() ?? "namespace";
}

/** Stands for a value that depends on what the update creates. */
export const onlyLater = "known after update";

/** Whom a layer or a rollout is for: a namespace, `namespace/workload`, or empty for all. */
export function targetOf(urn: string, level: string, inputs: Readonly<Record<string, unknown>>): string {
  const resource =
    urn
      .split("::")
      .at(-1)
      ?.replace(/-(layer|rollout)$/, "") ?? "";
  const { namespace: given, workload } = inputs;
  const namespace = isUnknown(given) ? `${onlyLater} (${resource})` : typeof given === "string" ? given : "";
  if (level === "global" || level === "namespace") return namespace;
  return `${namespace}/${typeof workload === "string" && !isUnknown(workload) ? workload : resource}`;
}
