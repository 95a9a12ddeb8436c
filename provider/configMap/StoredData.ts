import { z } from "zod";
import { canonicalJson } from "../data/canonicalJson.js";
import { InjectorRefusal } from "../data/InjectorRefusal.js";
import { memoize } from "../data/memoize.js";
import { shown } from "../data/problem.js";
import { yamlData } from "../data/spliceMap.js";
import { valueAt } from "../data/valueAt.js";
import { parseRollout } from "../levels/parseRollout.js";
import type { RolloutOptions } from "../levels/RolloutOptions.js";
import { type CanonicalSettings, declarationFor } from "../settings/canonicalSettings.js";
import { dataKey } from "../template/dataKey.js";
import type { InjectorData } from "./InjectorData.js";
import type { StoredProfile } from "./StoredProfile.js";

/** How many values are kept parsed: those before a write, and those after it. They are large. */
export const mostValues = 2;

/** The version of the stored format. Don't write if a higher one is stored. */
export const dataVersion = 1;

export const StoredSelector = z.array(
  z.strictObject({
    key: z.string(),
    operator: z.enum(["In", "NotIn", "Exists", "DoesNotExist"]),
    values: z.array(z.string()).optional(),
  }),
);

/** Layers as stored in the ConfigMap, with the profiles that the template looks up. */
export const StoredData = z.strictObject({
  version: z.int(),
  layers: z.record(
    z.string(),
    z.strictObject({
      owner: z.string(),
      settings: z.string(),
      picks: z.strictObject({ selector: StoredSelector, priority: z.number() }).optional(),
      rollout: z.custom<RolloutOptions>(isRollout, "rollout options").optional(),
    }),
  ),
  settings: z.record(z.string(), z.record(z.string(), z.custom<CanonicalSettings[string]>())),
  namespaces: z.record(z.string(), z.string()),
  /** Namespace -> its workload layers, weakest first. */
  workloads: z
    .record(z.string(), z.array(z.strictObject({ selector: StoredSelector, profile: z.string() })))
    .optional(),
  // the rest of a profile is only for the template and never read back
  profiles: z.record(z.string(), z.custom<StoredProfile>(hasStamp, "a profile with a stamp")),
});
export type StoredData = z.infer<typeof StoredData>;

function isRollout(options: unknown): boolean {
  return parseRollout(options).problems.length === 0;
}

function hasStamp(profile: unknown): boolean {
  return typeof valueAt(profile, ["stamp"]) === "string";
}

/** Our data in `values.global`, validated; undefined if there is none. */
export function storedData({ values }: Pick<InjectorData, "values">): StoredData | undefined {
  return storedIn(values);
}

const storedIn = memoize((values): StoredData | undefined => {
  const found = valueAt(yamlData(values, "data.values"), ["global", dataKey]);
  if (found === undefined) return undefined;
  const version = (found as { version?: unknown } | null)?.version;
  if (typeof version === "number" && version > dataVersion) {
    throw new InjectorRefusal(
      `its layers were written by a newer pulumi-istio-sidecar (format ${version}, this one supports ${dataVersion}): upgrade the package`,
    );
  }
  const read = StoredData.safeParse(found);
  if (!read.success) {
    const [issue] = read.error.issues;
    const [at, what] = [issue?.path.join("."), issue?.message.replace(/^Invalid input: /, "")];
    throw new InjectorRefusal(changedByHand([at, what].filter(Boolean).join(": ")));
  }
  requireCanonical(read.data);
  return read.data;
}, mostValues);

// all other code relies on stored values being canonical
function requireCanonical({ settings }: StoredData): void {
  for (const [name, stored] of Object.entries(settings)) {
    for (const [path, value] of Object.entries(stored)) {
      const read = declarationFor(path)?.declaration.parse(value);
      if (read && !("value" in read && canonicalJson(read.value) === canonicalJson(value)))
        throw new InjectorRefusal(changedByHand(`${path} of settings ${name} is ${shown(value)}`));
    }
  }
}

export function changedByHand(what: string): string {
  return `values.global.${dataKey} was changed by hand: ${what}; remove that key from the ConfigMap's values, and run pulumi up`;
}
