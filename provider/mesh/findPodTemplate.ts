import { parseAllDocuments } from "yaml";
import type { KubernetesApi, ObjectMeta } from "../cluster/KubernetesApi.js";
import type { PodTemplate } from "../cluster/podTemplate.js";
import { argoRollout, workloadKinds, workloadPath } from "../cluster/workloads.js";
import { valueAt } from "../settings/canonicalSettings.js";
import { shown } from "../settings/problem.js";

/** Something that has a pod's template: a workload, or a pod itself. */
export interface FoundTemplate {
  /** `Deployment/api`. */
  name: string;
  namespace: string;
  template: PodTemplate;
}

const kinds = [
  ...workloadKinds,
  argoRollout,
  { kind: "ReplicaSet", apiVersion: "apps/v1", plural: "replicasets" },
  { kind: "Job", apiVersion: "batch/v1", plural: "jobs" },
  { kind: "CronJob", apiVersion: "batch/v1", plural: "cronjobs" },
];
const templatePlaces = [
  ["spec", "template"],
  ["spec", "jobTemplate", "spec", "template"],
];

/** Nothing to explain in what was given. */
export class NoPodTemplate extends Error {
  override readonly name = "NoPodTemplate";
}

/** `KIND/NAME` as kubectl takes it, in whatever case and number: `deployment/api`, `pods/web-1`. */
export async function findPodTemplate(
  api: KubernetesApi,
  namespace: string,
  name: string,
): Promise<FoundTemplate> {
  const [given = "", object = ""] = name.split("/");
  const word = given.toLowerCase();
  if (object === "" || !/^[a-z0-9.-]+$/.test(object)) throw unknown(name);
  if (["pod", "pods", "po"].includes(word)) {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(object)}`;
    return found(await api.request({ method: "GET", path }), "Pod", namespace);
  }
  const kind = kinds.find((one) => [one.kind.toLowerCase(), one.plural].includes(word));
  if (!kind) throw unknown(name);
  return found(
    await api.request({ method: "GET", path: workloadPath(kind, namespace, object) }),
    kind.kind,
    namespace,
  );
}

/** Every pod template of a manifest; objects without one are passed over. */
export function templatesIn(manifest: string, namespace: string): FoundTemplate[] {
  const objects = parseAllDocuments(manifest).flatMap((document) => {
    const [error] = document.errors;
    if (error) throw new NoPodTemplate(`the manifest can't be read: ${error.message.split("\n")[0]}`);
    const object = document.toJS({ maxAliasCount: 100 });
    const items = valueAt(object, ["items"]);
    return Array.isArray(items) ? items : [object];
  });
  const all = objects.flatMap((object) => {
    const kind = String(valueAt(object, ["kind"]) ?? "");
    return kind === "Pod" || templatePlaces.some((path) => valueAt(object, path) !== undefined)
      ? [found(object, kind, namespace)]
      : [];
  });
  if (all.length === 0)
    throw new NoPodTemplate(
      "found no pod and no workload in the manifest; wanted a Deployment or the like: name another file",
    );
  return all;
}

function found(object: unknown, kind: string, namespace: string): FoundTemplate {
  const metadata = (valueAt(object, ["metadata"]) ?? {}) as Partial<ObjectMeta>;
  const template = templatePlaces
    .map((path) => valueAt(object, path))
    .find((one) => valueAt(one, ["spec"]) !== undefined);
  const pod = (kind === "Pod" ? asCreated(object) : template) as PodTemplate | undefined;
  if (!pod || !Array.isArray(valueAt(pod, ["spec", "containers"])))
    throw new NoPodTemplate(`${kind}/${metadata.name}: found no containers in its pod template`);
  return {
    name: `${kind}/${metadata.name ?? "?"}`,
    namespace: metadata.namespace ?? namespace,
    template: pod,
  };
}

// what Istio added is not what the pod says itself
function asCreated(object: unknown): unknown {
  const status = valueAt(object, ["metadata", "annotations", "sidecar.istio.io/status"]);
  if (status === undefined) return object;
  const { spec, metadata } = object as PodTemplate & { metadata: ObjectMeta };
  const { "sidecar.istio.io/status": _status, ...annotations } = metadata.annotations ?? {};
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
    `found ${shown(name)}; wanted a file, or KIND/NAME with one of pod, ${kinds.map(({ kind }) => kind.toLowerCase()).join(", ")}: write for instance deployment/api`,
  );
}
