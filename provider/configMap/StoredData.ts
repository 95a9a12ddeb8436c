import { z } from "zod";
import { canonicalJson } from "../data/canonicalJson.js";
import { memoize } from "../data/memoize.js";
import { shown } from "../data/problem.js";
import { UnreadableText, yamlData } from "../data/spliceMap.js";
import { valueAt } from "../data/valueAt.js";
import { parseRollout } from "../levels/parseRollout.js";
import type { RolloutOptions } from "../levels/RolloutOptions.js";
import { type CanonicalSettings, declarationFor } from "../settings/canonicalSettings.js";
import { dataKey } from "../template/dataKey.js";
import type { InjectorData } from "./InjectorData.js";
import { refusingUnreadable } from "./InjectorRefusal.js";
import type { StoredProfile } from "./StoredProfile.js";

/** The shape in which layers are kept. A reader that finds a higher number must not write. */
export const dataVersion = 1;

export const StoredSelector = z.array(
  z.strictObject({
    key: z.string(),
    operator: z.enum(["In", "NotIn", "Exists", "DoesNotExist"]),
    values: z.array(z.string()).optional(),
  }),
);

/** Layers as the ConfigMap keeps them, with the profiles that the templates look up. */
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
  /** Namespace -> its workload layers, the weakest first. */
  workloads: z
    .record(z.string(), z.array(z.strictObject({ selector: StoredSelector, profile: z.string() })))
    .optional(),
  // what else a profile has is for the templates, and for nobody to read back
  profiles: z.record(z.string(), z.custom<StoredProfile>(hasStamp, "a profile with a stamp")),
});
export type StoredData = z.infer<typeof StoredData>;

function isRollout(options: unknown): boolean {
  return parseRollout(options).problems.length === 0;
}

function hasStamp(profile: unknown): boolean {
  return (
    typeof profile === "object" && profile !== null && typeof (profile as StoredProfile).stamp === "string"
  );
}

/** What `values.global` has of ours, checked; undefined where there is nothing. */
export function storedData({ values }: Pick<InjectorData, "values">): StoredData | undefined {
  return refusingUnreadable(() => storedIn(values));
}

const storedIn = memoize((values): StoredData | undefined => {
  const found = valueAt(yamlData(values, "data.values"), ["global", dataKey]);
  if (found === undefined) return undefined;
  const version = (found as { version?: unknown } | null)?.version;
  if (typeof version === "number" && version > dataVersion) {
    throw new UnreadableText(
      `its layers were written by a newer pulumi-istio-sidecar (format ${version}, this one knows ${dataVersion}): upgrade the package`,
    );
  }
  const read = StoredData.safeParse(found);
  if (!read.success)
    throw new UnreadableText(
      changedByHand(`${read.error.issues[0]?.path.join(".")}: ${read.error.issues[0]?.message}`),
    );
  requireCanonical(read.data);
  return read.data;
});

// everything behind this reader takes a value for what its declaration makes of it
function requireCanonical({ settings }: StoredData): void {
  for (const [name, stored] of Object.entries(settings)) {
    for (const [path, value] of Object.entries(stored)) {
      const read = declarationFor(path)?.declaration.parse(value);
      if (read && !("value" in read && canonicalJson(read.value) === canonicalJson(value)))
        throw new UnreadableText(changedByHand(`${path} of settings ${name} is ${shown(value)}`));
    }
  }
}

export function changedByHand(what: string): string {
  return `values.global.${dataKey} was changed by hand: ${what}; take that key out of the ConfigMap's values, and run pulumi up`;
}
