import type { KubernetesApi } from "../cluster/KubernetesApi.js";
import type { PodTemplate } from "../cluster/podTemplate.js";
import { readPodTemplate } from "../cluster/readPodTemplate.js";
import { argoRollout, workloadKinds, workloadPath } from "../cluster/workloads.js";
import { valueAt } from "../settings/canonicalSettings.js";
import { problemText, shown, textOf } from "../settings/problem.js";
import { contentOf, yamlTexts } from "../settings/yamlText.js";

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
  const objects = yamlTexts(manifest).flatMap((text) => {
    const read = contentOf(text);
    if ("errors" in read) {
      const [{ message, offset } = { message: "", offset: 0 }] = read.errors;
      const { line, col } = text.lines.linePos(offset);
      throw new NoPodTemplate(
        `the manifest can't be read: ${message.split("\n")[0]} at line ${line}, column ${col}`,
      );
    }
    const object = read.content;
    const items = valueAt(object, ["items"]);
    return Array.isArray(items) ? items : [object];
  });
  const all = objects.flatMap((object) => {
    const kind = textOf(valueAt(object, ["kind"]) ?? "");
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
  const own = (field: string) => {
    const value = valueAt(object, ["metadata", field]);
    return value === undefined || value === null ? undefined : textOf(value);
  };
  const name = `${kind}/${own("name") ?? "?"}`;
  const template = templatePlaces
    .map((path) => valueAt(object, path))
    .find((one) => valueAt(one, ["spec"]) !== undefined);
  const pod = kind === "Pod" ? object : template;
  if (!Array.isArray(valueAt(pod, ["spec", "containers"])))
    throw new NoPodTemplate(`${name}: found no containers in its pod template`);
  const read = readPodTemplate(pod);
  if ("problems" in read)
    throw new NoPodTemplate(
      `${name}: its pod template is none of Kubernetes':\n${problemText(read.problems)}`,
    );
  return {
    name,
    namespace: own("namespace") ?? namespace,
    template: kind === "Pod" ? asCreated(read.template) : read.template,
  };
}

// what Istio added is not what the pod says itself
function asCreated(pod: PodTemplate): PodTemplate {
  const { "sidecar.istio.io/status": status, ...annotations } = pod.metadata?.annotations ?? {};
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
    `found ${shown(name)}; wanted a file, or KIND/NAME with one of pod, ${kinds.map(({ kind }) => kind.toLowerCase()).join(", ")}: write for instance deployment/api`,
  );
}
