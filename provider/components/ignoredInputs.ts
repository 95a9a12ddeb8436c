import { rolloutOptionNames } from "../levels/RolloutOptions.js";

/** The `ignoreChanges` of a component for each of its resources, which Pulumi applies to the component alone. */
export function ignoredInputs(given: readonly string[] = []): { layer: string[]; rollout: string[] } {
  const layer = given.map((path) => path.replace(/^workloadName$/, "workload"));
  const rollout = layer.flatMap((path): readonly string[] => {
    if (path === "rollout") return rolloutOptionNames;
    if (path.startsWith("rollout.")) return [path.slice("rollout.".length)];
    // a workload's selector is no option of its rollout
    return /^(\*|namespace|workload|injector|cluster)(?![a-z])/i.test(path) ? [path] : [];
  });
  return { layer, rollout };
}
