import { defaultRevision } from "../cluster/injectingRevision.js";
import { InjectorRefusal } from "../data/InjectorRefusal.js";
import type { Revisions } from "./revisionsIn.js";

/** The injector's ConfigMap does not exist. */
export class NoInjector extends InjectorRefusal {
  /** Whether what was named is a tag of another revision. */
  readonly isTag: boolean;

  constructor(configMap: string, namespace: string, revision: string, there: Revisions | undefined) {
    super(messageOf(configMap, namespace, revision, there));
    this.isTag = there?.tags.has(revision) ?? false;
  }
}

function messageOf(
  configMap: string,
  namespace: string,
  revision: string,
  there: Revisions | undefined,
): string {
  const tagged = there?.tags.get(revision);
  if (tagged !== undefined)
    return `${revision} is a tag of revision ${tagged}. Name the revision: ${tagged}.`;
  const missing = `there is no ConfigMap ${configMap}`;
  if (!there)
    return `${missing}. Install Istio first, or name the namespace and the revision of its injector.`;
  if (there.revisions.length === 0)
    return `${missing}, and no other injector in ${namespace}. Install Istio first, or name the namespace where istiod runs.`;
  const tags = [...there.tags].map(([tag, of]) => `${tag} of ${of}`);
  const known = `${there.revisions.join(", ")}${tags.length > 0 ? ` (tags: ${tags.join(", ")})` : ""}`;
  return revision === defaultRevision
    ? `${missing}. Name one of the revisions in ${namespace}: ${known}.`
    : `there is no revision ${revision} in ${namespace}. Revisions: ${known}.`;
}
