import { admittedPod } from "../cluster/dryRunPod.js";
import { defaultRevision, injectingRevision } from "../cluster/injectingRevision.js";
import { type ApiError, isBeingDeleted, type KubernetesApi } from "../cluster/KubernetesApi.js";
import { allContainers, type Pod, type PodTemplate } from "../cluster/podTemplate.js";
import { isTransient } from "../cluster/waitBeforeRetry.js";
import { workloadName, workloadsOf } from "../cluster/workloads.js";
import { labelsPickedBy, type Requirement, selectorText } from "../levels/selector.js";
import { podAsMade } from "../pod/asControllerMakes/podAsMade.js";
import { stampAnnotation } from "../pod/podAnnotations.js";
import { type Injector, revisionOf } from "./Injector.js";

/** How many workloads of a namespace are probed besides a plain pod; those with overrides of their own first. */
export const mostWorkloads = 10;

export interface Probe {
  /** `Deployment/api`, or `a plain pod`. */
  name: string;
  template: PodTemplate;
  /** Made up here, so it certainly gets the stamp; a workload may name other templates. */
  ours?: true;
}

export type Answer =
  /** `labels`: the pod's, with those that policies and the injector add. */
  | { outcome: "injected"; stamp: string | undefined; labels?: Readonly<Record<string, string>> }
  /** No sidecar from this injector: the namespace or the pod opted out, or belongs to another revision, `by`. */
  | { outcome: "not injected"; by?: string }
  | { outcome: "denied"; message: string }
  /** The injector did not answer, so no pod can be created at all. */
  | { outcome: "silent"; message: string }
  /** A dry run can't tell: the namespace doesn't exist yet, or another webhook doesn't support dry runs. */
  | { outcome: "unasked"; why: string };

/** The pods to probe in a namespace: a plain one, one per workload layer, then pods of its workloads. */
export async function probesOf(
  api: KubernetesApi,
  namespace: string,
  injector: Injector,
  selectors: readonly (readonly Requirement[])[] = [],
  workloadsAsked = mostWorkloads,
): Promise<Probe[]> {
  const labels: Record<string, string> = { "sidecar.istio.io/inject": "true" };
  if (revisionOf(injector) !== defaultRevision) labels["istio.io/rev"] = revisionOf(injector);
  const pod = (name: string, picked: Record<string, string>): Probe => ({
    name,
    template: {
      metadata: { labels: { ...picked, ...labels } },
      spec: { containers: [{ name: "probe", image: "probe" }] },
    },
    ours: true,
  });
  const plain = [
    pod("a plain pod", {}),
    ...selectors.flatMap((selector) => {
      const picked = labelsPickedBy(selector);
      return picked ? [pod(`a plain pod with ${selectorText(selector)}`, picked)] : [];
    }),
  ];
  const workloads = workloadsAsked > 0 ? await workloadsOf(api, namespace).catch(() => []) : [];
  const probes = workloads
    // the others would be denied for volumes that only their controller adds
    .map((workload) => ({ name: workloadName(workload), template: podAsMade(workload) }))
    .sort((a, b) => Number(saysSomething(b.template)) - Number(saysSomething(a.template)));
  return [...plain, ...probes.slice(0, workloadsAsked)];
}

/** The same pod without a sidecar. */
export function withoutSidecar({ template, ...probe }: Probe): Probe {
  const labels = { ...template.metadata?.labels, "sidecar.istio.io/inject": "false" };
  return { ...probe, template: { ...template, metadata: { ...template.metadata, labels } } };
}

function saysSomething({ metadata, spec }: PodTemplate): boolean {
  return (
    Object.keys(metadata?.annotations ?? {}).some((name) => name.includes("istio.io/")) ||
    allContainers(spec).some(({ name }) => name.startsWith("istio-"))
  );
}

export async function ask(
  api: KubernetesApi,
  injector: Injector,
  namespace: string,
  probe: Probe,
): Promise<Answer> {
  const answer = await admittedPod(api, namespace, probe.template);
  return "pod" in answer ? shownBy(answer.pod, injector) : denialOf(answer.denied, namespace);
}

/** What an admitted pod shows of this injector. */
export function shownBy({ metadata }: Pod, injector: Injector): Answer {
  const by = injectingRevision(metadata);
  return by === revisionOf(injector)
    ? { outcome: "injected", stamp: metadata.annotations?.[stampAnnotation], labels: metadata.labels ?? {} }
    : { outcome: "not injected", ...(by === undefined ? {} : { by }) };
}

/** Whether an injected probe has the stamp that is due by its own labels, or by those that a policy added before the injector saw it. */
export function hasDueStamp(
  { stamp, labels }: Extract<Answer, { outcome: "injected" }>,
  { template }: Probe,
  due: (labels: Readonly<Record<string, string>> | undefined) => string | undefined,
): boolean {
  return stamp === due(template.metadata?.labels) || stamp === due(labels);
}

/** What a denial says of the injector; rethrows one that says nothing of the pod. */
export function denialOf(error: ApiError, namespace: string): Answer {
  if (isTransient(error)) throw error;
  const message = error.serverMessage;
  if (error.status === 404 && message.includes("namespaces"))
    return { outcome: "unasked", why: `namespace ${namespace} does not exist` };
  if (isBeingDeleted(error)) return { outcome: "unasked", why: `namespace ${namespace} is being deleted` };
  if (message.includes("does not support dry run")) return { outcome: "unasked", why: message };
  if (message.includes("failed calling webhook") && message.includes("sidecar-injector"))
    return { outcome: "silent", message };
  return { outcome: "denied", message };
}
