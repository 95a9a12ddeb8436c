import { type CanonicalSettings, settingEntries } from "../../provider/settings/canonicalSettings";
import { releaseFacts } from "../../provider/settings/releaseFacts";
import { compareReleases } from "../../provider/template/istioVersion";

/**
 * Whether a release of Istio has a setting, as docs/settings.md says.
 * @param release undefined for the newest, whose images are tagged `latest`
 */
export function isOfRelease(path: string, release: string | undefined): boolean {
  const { first, last } = releaseFacts[path] ?? {};
  if (release === undefined) return last === undefined;
  return (
    (first === undefined || compareReleases(release, first) >= 0) &&
    (last === undefined || compareReleases(release, last) <= 0)
  );
}

/** Settings without those that a release does not have, and without those that need one of them. */
export function ofRelease(settings: CanonicalSettings, release: string | undefined): CanonicalSettings {
  return Object.fromEntries(
    settingEntries(settings).flatMap(({ path, value, declaration: { path: own, needs } }) => {
      const lacksNeeded = needs !== undefined && needs.when === value && !isOfRelease(needs.path, release);
      return isOfRelease(own, release) && !lacksNeeded ? [[path, value]] : [];
    }),
  );
}
