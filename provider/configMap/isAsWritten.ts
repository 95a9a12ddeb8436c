import { canonicalJson } from "../data/canonicalJson.js";
import { InjectorRefusal } from "../data/InjectorRefusal.js";
import { memoize } from "../data/memoize.js";
import { compose } from "./compose.js";
import type { InjectorData } from "./InjectorData.js";
import { layersOf } from "./layersOf.js";
import { storedData } from "./StoredData.js";
import { storedContent } from "./storedContent.js";

/** Whether the ConfigMap's texts are what this release writes for the layers in them. One that can't be written counts, too. */
export function isAsWritten(data: InjectorData): boolean {
  // cached, since each of a program's layers asks
  return writtenAgain(data.config)(data.values);
}

const writtenAgain = memoize((config) => memoize((values) => isWrittenAgain({ config, values })));

function isWrittenAgain(data: InjectorData): boolean {
  try {
    const layers = layersOf(data);
    if (Object.keys(layers).length === 0) return true;
    const composed = compose(data, layers);
    return composed.config === data.config && composed.values === data.values;
  } catch (error) {
    // reported when it is to be written
    if (error instanceof InjectorRefusal) return true;
    throw error;
  }
}

/** Whether pods get the stamps that this release has for the layers: otherwise pods of an earlier release can't be told from stale ones yet. */
export function hasOwnStamps({ values }: Pick<InjectorData, "values">): boolean {
  // cached, since each of a program's rollouts asks
  return ownStampsIn(values);
}

const ownStampsIn = memoize((values): boolean => {
  const stored = storedData({ values });
  if (stored === undefined) return true;
  const { namespaces, profiles } = storedContent(layersOf({ values }));
  const stamps = (of: Pick<typeof stored, "namespaces" | "profiles">) =>
    canonicalJson([
      of.namespaces,
      Object.values(of.profiles)
        .map(({ stamp }) => stamp)
        .sort(),
    ]);
  return stamps({ namespaces, profiles }) === stamps(stored);
});
