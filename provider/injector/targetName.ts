import { globalTarget } from "../levels/Layer.js";

/** A layer's target in messages. */
export function targetName(target: string): string {
  if (target === globalTarget) return "global settings";
  const [namespace, ...name] = target.split("/");
  return name.length > 0
    ? `workload settings ${name.join("/")} in namespace ${namespace}`
    : `namespace ${target}`;
}
