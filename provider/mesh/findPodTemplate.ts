import {
  ApiError,
  hasStatus,
  type KubernetesApi,
  listMetadata,
  type ObjectMeta,
  pathIn,
} from "../cluster/KubernetesApi.js";
import { allContainers, type PodTemplate } from "../cluster/podTemplate.js";
import { readPodTemplate } from "../cluster/readPodTemplate.js";
import { restartableKinds, workloadPath } from "../cluster/workloads.js";
import { getOwn } from "../data/getOwn.js";
import { problemText, shown, textOf } from "../data/problem.js";
import { valueAt } from "../data/valueAt.js";
import { contentOf, yamlTexts } from "../data/yamlText.js";
import { statefulSetPod } from "../pod/asControllerMakes/statefulSetPod.js";
import { captureAnnotations } from "../pod/captureAnnotations.js";
import { requireKnownNamespace } from "./requireKnownNamespace.js";

/** An object with a pod template: a workload, or a pod itself. */
export interface FoundTemplate {
  /** `Deployment/api`. */
  name: string;
  namespace: string;
  template: PodTemplate;
  /** The pod that its controller would make, where admission would deny one that is just its template. */
  made?: PodTemplate;
  /** The object in the cluster; left out for one from a manifest. */
  live?: unknown;
  /** What can't be known of a running pod. */
  note?: string;
}

const kinds = [
  ...restartableKinds,
  { kind: "ReplicaSet", apiVersion: "apps/v1", plural: "replicasets" },
  { kind: "Job", apiVersion: "batch/v1", plural: "jobs" },
  { kind: "CronJob", apiVersion: "batch/v1", plural: "cronjobs" },
];
/** kubectl's short names. */
const shortNames: Readonly<Record<string, string>> = {
  po: "pod",
  deploy: "deployment",
  sts: "statefulset",
  ds: "daemonset",
  ro: "rollout",
  rs: "replicaset",
  cj: "cronjob",
};
const modeAnnotation = "sidecar.istio.io/interceptionMode";
const statusAnnotation = "sidecar.istio.io/status";
const templatePlaces = [
  ["spec", "template"],
  ["spec", "jobTemplate", "spec", "template"],
];

/** There is nothing to explain in the given input. */
export class NoPodTemplate extends Error {
  override readonly name = "NoPodTemplate";
}

/** Finds `KIND/NAME` as kubectl does, in any case and number, or with its group: `deployment/api`, `pods/web-1`, `deployment.apps/api`. */
export async function findPodTemplate(
  api: KubernetesApi,
  namespace: string,
  name: string,
): Promise<FoundTemplate> {
  const [given = "", object = ""] = name.split("/");
  // as `kubectl get -o name` prints it
  const [kindWord = "", ...group] = given.toLowerCase().split(".");
  const word = getOwn(shortNames, kindWord) ?? kindWord;
  if (object === "" || !/^[a-z0-9.-]+$/.test(object)) throw unknown(name);
  if (["pod", "pods"].includes(word) && group.length === 0) {
    const path = pathIn(namespace, "pods", object);
    const pod = live(await objectAt(api, path, `pod/${object}`, namespace), "Pod", namespace);
    return withOwnCapture(pod, await templateOfOwner(api, pod));
  }
  const kind = kinds.find(
    (one) =>
      [one.kind.toLowerCase(), one.plural].includes(word) &&
      (group.length === 0 || one.apiVersion.startsWith(`${group.join(".")}/`)),
  );
  if (!kind) throw unknown(name);
  const path = workloadPath(kind, namespace, object);
  const named = `${kind.kind.toLowerCase()}/${object}`;
  return live(await objectAt(api, path, named, namespace), kind.kind, namespace);
}

async function objectAt(api: KubernetesApi, path: string, name: string, namespace: string): Promise<unknown> {
  try {
    return await api.request({ method: "GET", path });
  } catch (error) {
    if (!hasStatus(error, 404)) throw error;
    await requireKnownNamespace(api, namespace);
    const elsewhere = await namespacesWith(api, path, namespace);
    const [one] = elsewhere;
    const found =
      one === undefined
        ? ""
        : elsewhere.length === 1
          ? ` Found in ${one}: add -n ${one}`
          : ` Found in ${elsewhere.join(", ")}: choose one with -n`;
    throw new NoPodTemplate(`there is no ${name} in namespace ${namespace}.${found}`);
  }
}

/** Namespaces that have an object of the same kind and name. */
async function namespacesWith(api: KubernetesApi, path: string, namespace: string): Promise<string[]> {
  const list = path.replace(`/namespaces/${encodeURIComponent(namespace)}`, "");
  const object = decodeURIComponent(list.slice(list.lastIndexOf("/") + 1));
  try {
    const all = await listMetadata(api, list.slice(0, list.lastIndexOf("/")), {
      fieldSelector: `metadata.name=${object}`,
    });
    return all.map((metadata) => metadata.namespace ?? "").sort();
  } catch (error) {
    // it would only be a hint
    if (!(error instanceof ApiError)) throw error;
    return [];
  }
}

/** The pod template that a pod was made from; undefined if it can't be known. */
async function templateOfOwner(
  api: KubernetesApi,
  { live: pod, namespace }: FoundTemplate,
): Promise<PodTemplate | undefined> {
  const { ownerReferences = [] } = valueAt(pod, ["metadata"]) as ObjectMeta;
  const owner = ownerReferences.find(({ controller }) => controller);
  const kind = kinds.find((one) => one.kind === owner?.kind);
  if (!owner || !kind) return undefined;
  try {
    const object = await api.request({ method: "GET", path: workloadPath(kind, namespace, owner.name) });
    return found(object, owner.kind, namespace).template;
  } catch (error) {
    if (!(error instanceof ApiError || error instanceof NoPodTemplate)) throw error;
    return undefined;
  }
}

// the injector writes capture settings as annotations, next to the pod's own, for Istio's CNI plugin to read
function withOwnCapture(pod: FoundTemplate, made: PodTemplate | undefined): FoundTemplate {
  const { metadata, spec } = pod.template;
  const injected = valueAt(pod.live, ["metadata", "annotations", statusAnnotation]) !== undefined;
  const byCni = allContainers((pod.live as PodTemplate).spec).some(({ name }) => name === "istio-validation");
  // without the plugin it writes only the mode; other annotations may come from a policy, so they count
  const written = (byCni ? captureAnnotations : [modeAnnotation]).filter(
    (name) => metadata?.annotations?.[name] !== undefined,
  );
  if (!injected || written.length === 0 || (!made && !byCni)) return pod;
  const annotations: Record<string, string> = { ...metadata?.annotations };
  for (const name of written) {
    const own = made?.metadata?.annotations?.[name];
    if (own === undefined) delete annotations[name];
    else annotations[name] = own;
  }
  const template = { metadata: { ...metadata, annotations }, spec };
  return made
    ? { ...pod, template }
    : {
        ...pod,
        template,
        note: `it can't be told which of ${written.join(", ")} the pod had itself: with Istio CNI, the injector writes them on each pod. They are taken for the injector's`,
      };
}

function live(object: unknown, kind: string, namespace: string): FoundTemplate {
  return { ...found(object, kind, namespace), live: object };
}

/** Every pod template of a manifest; objects without one are skipped. */
export function templatesIn(manifest: string, namespace: string): FoundTemplate[] {
  const objects = yamlTexts(manifest).flatMap((text) => {
    const read = contentOf(text);
    if ("errors" in read) {
      const [{ message, line, column }] = read.errors;
      throw new NoPodTemplate(
        `the manifest can't be read: ${message.split("\n")[0]} at line ${line}, column ${column}`,
      );
    }
    const object = read.content;
    const items = valueAt(object, ["items"]);
    return Array.isArray(items) ? items : [object];
  });
  const all = objects.flatMap((object) => {
    const kind = textOf(valueAt(object, ["kind"]) ?? "");
    return hasPods(object, kind) ? [found(object, kind, namespace)] : [];
  });
  if (all.length === 0)
    throw new NoPodTemplate(
      "expected a pod or a workload such as a Deployment in the manifest, got neither. Name another file.",
    );
  return all;
}

/** Other kinds may have a template of something else, such as a SealedSecret of a Secret. */
function hasPods(object: unknown, kind: string): boolean {
  return (
    kind === "Pod" ||
    kinds.some((one) => one.kind === kind) ||
    templatePlaces.some((path) => Array.isArray(valueAt(object, [...path, "spec", "containers"])))
  );
}

function found(object: unknown, kind: string, namespace: string): FoundTemplate {
  const named = (field: string) => {
    const value = valueAt(object, ["metadata", field]);
    return value === undefined || value === null ? undefined : textOf(value);
  };
  const name = `${kind}/${named("name") ?? "?"}`;
  const template = templatePlaces
    .map((path) => valueAt(object, path))
    .find((one) => valueAt(one, ["spec"]) !== undefined);
  const pod = kind === "Pod" ? object : template;
  if (!Array.isArray(valueAt(pod, ["spec", "containers"])))
    throw new NoPodTemplate(`${name}: found no containers in its pod template`);
  const { value, problems } = readPodTemplate(pod);
  if (!value)
    throw new NoPodTemplate(`${name}: not a valid Kubernetes pod template:\n${problemText(problems)}`);
  return {
    name,
    namespace: named("namespace") ?? namespace,
    template: kind === "Pod" ? asCreated(value) : value,
    ...(kind === "StatefulSet" ? { made: withClaims(object, named("name") ?? "pod", value) } : {}),
  };
}

/** With volumes for the claims, which the template only mounts. No API server may have validated the object yet. */
function withClaims(object: unknown, name: string, template: PodTemplate): PodTemplate {
  const claims = valueAt(object, ["spec", "volumeClaimTemplates"]);
  const volumeClaimTemplates = (Array.isArray(claims) ? claims : []).flatMap((claim: unknown) => {
    const of = valueAt(claim, ["metadata", "name"]);
    return typeof of === "string" ? [{ metadata: { name: of } }] : [];
  });
  return statefulSetPod({
    kind: "StatefulSet",
    metadata: { name },
    spec: { template, volumeClaimTemplates },
  });
}

// drop what Istio added, which is not the pod's own
function asCreated(pod: PodTemplate): PodTemplate {
  const { [statusAnnotation]: status, ...annotations } = pod.metadata?.annotations ?? {};
  if (status === undefined) return pod;
  const { spec, metadata } = pod;
  const own = ({ name }: { name: string }) => !/^istio-(proxy|init|validation)$/.test(name);
  return {
    metadata: { ...metadata, annotations },
    spec: {
      ...spec,
      containers: spec.containers.filter(own),
      ...(spec.initContainers ? { initContainers: spec.initContainers.filter(own) } : {}),
    },
  };
}

function unknown(name: string): NoPodTemplate {
  return new NoPodTemplate(
    `expected a file or KIND/NAME, got ${shown(name)}. Kinds: pod, ${kinds.map(({ kind }) => kind.toLowerCase()).join(", ")}.`,
  );
}
