import { z } from "zod";

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

/** Whom a layer is for: a namespace, `namespace/workload`, or empty for all. */
export function targetOf(urn: string, level: string, inputs: Readonly<Record<string, unknown>>): string {
  const namespace = typeof inputs.namespace === "string" ? inputs.namespace : "";
  if (level === "global" || level === "namespace") return namespace;
  const name =
    urn
      .split("::")
      .at(-1)
      ?.replace(/-layer$/, "") ?? "";
  return `${namespace}/${name}`;
}
