import { InjectorRefusal } from "../data/InjectorRefusal.js";
import { yamlData } from "../data/spliceMap.js";
import { valueAt } from "../data/valueAt.js";

/** An injector's Helm values, as in its ConfigMap. */
interface HelmValues {
  /** JSON or YAML. */
  values: string;
}

/** The oldest release whose injector correctly applied every setting that its template supports. */
export const oldestRelease = "1.18";

/** The version of the sidecars that an injector injects, according to its Helm values: `1.31.0`. */
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

/** The Istio release of a version: `1.24` for `v1.24.6-distroless`. Undefined if it isn't an Istio version. */
export function releaseOf(version: string | undefined): string | undefined {
  return /^v?(1\.\d+)[.-]/.exec(version ?? "")?.[1];
}

/** Negative if the first release is older. */
export function compareReleases(one: string, other: string): number {
  return Number(one.split(".")[1]) - Number(other.split(".")[1]);
}

/** Throws if the release is known to be too old. */
export function requireSupported(data: HelmValues): void {
  const release = releaseOf(istioVersion(data));
  if (release === undefined || compareReleases(release, oldestRelease) >= 0) return;
  throw new InjectorRefusal({
    where: "data.values",
    expected: `Istio ${oldestRelease} or newer`,
    got: `Istio ${istioVersion(data)}`,
    todo: "Upgrade Istio",
  });
}
