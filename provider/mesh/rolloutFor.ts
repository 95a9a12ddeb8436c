import { parseSelector, selects } from "../levels/selector.js";
import type { PlatformFile } from "../platformFile/PlatformFile.js";
import { Rollout } from "../rollout/RolloutOptions.js";

/** The rollout options of one workload: each option from the strongest level of the file that has it. */
export function rolloutFor(
  { global, namespaces, workloads }: PlatformFile,
  namespace: string,
  labels: Readonly<Record<string, string>> = {},
): Rollout {
  const own = Object.values(workloads)
    .filter((one) => one.namespace === namespace && selects(parseSelector(one.selector).selector, labels))
    .sort((a, b) => (a.priority ?? 0) - (b.priority ?? 0));
  const levels = [global, Object.hasOwn(namespaces, namespace) ? namespaces[namespace] : undefined, ...own];
  return Rollout.parse(Object.assign({}, ...levels.map((level) => level?.rollout ?? {})));
}
