import { InjectorRefusal } from "../data/InjectorRefusal.js";
import { declarationOf } from "../settings/declarations.js";
import { releaseFacts } from "../settings/releaseFacts.js";
import { isServed } from "../template/injectorTemplate.js";
import { istioVersion, oldestRelease, releaseOf } from "../template/istioVersion.js";
import type { InjectorData } from "./InjectorData.js";
import { sidecarTemplate } from "./sidecarTemplate.js";

/** A warning for an injector whose release is clear neither from its values nor its template, since it may be too old. */
export function unknownRelease(data: InjectorData): string | undefined {
  const version = istioVersion(data);
  if (releaseOf(version) !== undefined || hasWhatOldOnesLack(data)) return undefined;
  const got = version === undefined ? "no version" : `"${version}"`;
  return `expected a version of Istio in the Helm values global.proxy.image or global.tag, got ${got}. Make sure that it is Istio ${oldestRelease} or newer`;
}

function hasWhatOldOnesLack({ config }: InjectorData): boolean {
  try {
    const template = sidecarTemplate(config) ?? "";
    return Object.entries(releaseFacts).some(([path, { first }]) => {
      const declaration = declarationOf.get(path);
      return first !== undefined && declaration && isServed(template, declaration.rendering("NAME"));
    });
  } catch (error) {
    if (error instanceof InjectorRefusal) return false;
    throw error;
  }
}
