import { dryRunPod } from "../../provider/cluster/dryRunPod";
import { listAll } from "../../provider/cluster/KubernetesApi";
import type { Pod } from "../../provider/cluster/podTemplate";
import type { Mesh } from "./Mesh";
import { leaveNewPods, mutateNewPods } from "./mutateNewPods";

/** The workload of each namespace that can't become ready. */
export const stuck = "b-stuck";

/** What keeps new pods from becoming ready, and lets those that run go on. */
export interface Cause {
  name: string;
  namespace: string;
  /** As the error says it: the pod's own. */
  reason: RegExp;
  happen: (mesh: Mesh) => Promise<void>;
  remove: (mesh: Mesh) => Promise<void>;
}

export const causes: readonly Cause[] = [
  {
    name: "no node has room for its new pod",
    namespace: "unschedulable",
    reason: /Unschedulable: 0\/5 nodes are available/,
    happen: (mesh) => setDisk(mesh, null),
    remove: (mesh) => setDisk(mesh, "ssd"),
  },
  imageGone("no-image"),
  {
    name: "its readiness probe fails",
    namespace: "never-ready",
    reason: /ContainersNotReady: not every container is ready/,
    happen: (mesh) => changeNewPods(mesh, "never-ready", "/metadata/labels/kwok.test~1never-ready", "true"),
    remove: async (mesh) => {
      await leaveNewPods(mesh, "never-ready");
      await patchPods(mesh, "never-ready", { metadata: { labels: { "kwok.test/never-ready": null } } });
    },
  },
];

/** The registry lost it, which pods that run do not notice. */
export function imageGone(namespace: string): Cause {
  return {
    name: "its image is gone",
    namespace,
    reason: /container app: ImagePullBackOff: can't pull app:does-not-exist/,
    happen: (mesh) => changeNewPods(mesh, namespace, "/spec/containers/0/image", "app:does-not-exist"),
    remove: async (mesh) => {
      await leaveNewPods(mesh, namespace);
      await patchPods(mesh, namespace, { spec: { containers: [{ name: "app", image: "app:1" }] } });
    },
  };
}

/** The nodes' label that the stuck workload asks for. */
export async function setDisk(mesh: Mesh, value: string | null): Promise<void> {
  for (const { metadata } of await listAll<Pod>(mesh.api, "/api/v1/nodes"))
    await mesh.patch(`/api/v1/nodes/${metadata.name}`, { metadata: { labels: { disk: value } } });
}

// by the API server and not in the workload's template: there it would be a rollout of its own, stuck before any restart
async function changeNewPods(mesh: Mesh, namespace: string, path: string, value: string): Promise<void> {
  const expression = `[JSONPatch{op: "add", path: ${JSON.stringify(path)}, value: ${JSON.stringify(value)}}]`;
  await mutateNewPods(mesh, namespace, {
    matchConditions: [{ name: stuck, expression: `object.metadata.labels.app == ${JSON.stringify(stuck)}` }],
    reinvocationPolicy: "Never",
    mutations: [{ patchType: "JSONPatch", jsonPatch: { expression } }],
  });
  await mesh.eventually(`new pods of ${stuck} have ${value}`, async () => {
    const { spec } = (await mesh.workload(namespace, stuck)).spec.template;
    const pod = await dryRunPod(mesh.api, namespace, { metadata: { labels: { app: stuck } }, spec });
    return JSON.stringify([pod.metadata.labels, pod.spec.containers]).includes(JSON.stringify(value));
  });
}

async function patchPods(mesh: Mesh, namespace: string, body: object): Promise<void> {
  for (const { metadata } of await mesh.pods(namespace, stuck))
    await mesh.api.request({
      method: "PATCH",
      path: `/api/v1/namespaces/${namespace}/pods/${metadata.name}`,
      contentType: "application/strategic-merge-patch+json",
      body,
    });
}
