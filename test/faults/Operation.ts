import type { Wanted } from "./FaultScript";

/** One run of a program or a process that writes layers, as the step log and the checks want to know it. */
export interface Operation {
  /** By this name its requests come to the API server. */
  client: string;
  actor: string;
  wanted: Wanted;
  /** Everything that it may touch: what it wants, and what its state had. */
  targets: ReadonlySet<string>;
  bad: boolean;
  from: number;
  to?: number;
  ok?: boolean;
  killed: boolean;
  text: string;
}

/** An owner without its count: an up that was killed leaves a layer which the next one creates over. */
export function uncounted(owner: string): string {
  return owner.replace(/#[1-9]\d*$/, "");
}

/** Who may be named as the owner of a stack's or a writer's layer. */
export function ownerOf(actor: string, target: string): string {
  return `organization/e2e/${actor}:${resourceName(target)}`;
}

/** The name of a target's component in its program. */
export function resourceName(target: string): string {
  if (target === "*") return "mesh";
  return target.includes("/") ? `workload-${target.replace("/", "-")}` : target;
}
