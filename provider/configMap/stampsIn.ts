import { getOwn } from "../data/getOwn.js";
import { globalTarget } from "../levels/Layer.js";
import { joinedStamp } from "../levels/Profile.js";
import { type Requirement, selects } from "../levels/selector.js";
import type { InjectorData } from "./InjectorData.js";
import { storedData } from "./StoredData.js";

/** The stamp of pods with these labels; undefined if no layer applies to them. Reads the values, which are long, only once. */
export function stampsIn(
  data: Pick<InjectorData, "values">,
): (namespace: string, labels?: Readonly<Record<string, string>>) => string | undefined {
  const stored = storedData(data);
  if (!stored) return () => undefined;
  return (namespace, labels = {}) => {
    const base = getOwn(stored.profiles, getOwn(stored.namespaces, namespace) ?? globalTarget);
    const picked = (getOwn(stored.workloads ?? {}, namespace) ?? []).filter(({ selector }) =>
      selects(selector as Requirement[], labels),
    );
    const stamps = picked.map(({ profile }) => stored.profiles[profile]?.stamp ?? "");
    return joinedStamp([base?.stamp ?? "", ...stamps]) || undefined;
  };
}
