import { mismatchText } from "../data/mismatch.js";
import { UnreadableText, yamlData } from "../data/spliceMap.js";
import { valueAt } from "../data/valueAt.js";

/** The Helm values of an injector, as its ConfigMap has them. */
interface HelmValues {
  /** JSON or YAML. */
  values: string;
}

/** The oldest release whose injector gave pods every setting that its template has a place for. */
export const oldestRelease = "1.18";

/** The version of the sidecars that an injector gives, as its Helm values name it: `1.31.0`. */
export function istioVersion({ values }: HelmValues): string | undefined {
  let read: unknown;
  try {
    read = yamlData(values, "data.values");
  } catch {
    return undefined;
  }
  const image = valueAt(read, ["global", "proxy", "image"]);
  const tagged = typeof image === "string" ? /:([^/:@]+)(?:@.*)?$/.exec(image)?.[1] : undefined;
  const tag = tagged ?? valueAt(read, ["global", "tag"]);
  return typeof tag === "string" || typeof tag === "number" ? String(tag) : undefined;
}

/** The release of Istio that a version is of: `1.24` of `v1.24.6-distroless`; undefined of what is no version of Istio. */
export function releaseOf(version: string | undefined): string | undefined {
  return /^v?(1\.\d+)[.-]/.exec(version ?? "")?.[1];
}

/** Below zero where the first release is the older one. */
export function compareReleases(one: string, other: string): number {
  return Number(one.split(".")[1]) - Number(other.split(".")[1]);
}

/** Refuses a release that is known to be too old. */
export function requireSupported(data: HelmValues): void {
  const release = releaseOf(istioVersion(data));
  if (release === undefined || compareReleases(release, oldestRelease) >= 0) return;
  throw new UnreadableText(
    mismatchText({
      where: "data.values",
      expected: `Istio ${oldestRelease} or newer`,
      got: `Istio ${istioVersion(data)}`,
      todo: "Upgrade Istio",
    }),
  );
}
