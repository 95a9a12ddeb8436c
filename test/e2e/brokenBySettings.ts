import { dryRunPod } from "../../provider/cluster/dryRunPod";
import type { Mesh } from "./Mesh";
import { leaveNewPods, mutateNewPods } from "./mutateNewPods";

/** From now on pods of `app` whose sidecar has this CPU limit never become ready: settings that this workload can't live with. */
export async function breaksWith(mesh: Mesh, namespace: string, app: string, cpu: string): Promise<void> {
  const sidecar = `object.spec.initContainers.exists(c, c.name == "istio-proxy" && string(c.?resources.?limits[?"cpu"].orValue("")) == "${cpu}")`;
  const mark = '[JSONPatch{op: "add", path: "/metadata/labels/kwok.test~1never-ready", value: "true"}]';
  await mutateNewPods(mesh, namespace, {
    matchConditions: [{ name: "app", expression: `object.metadata.?labels[?"app"].orValue("") == "${app}"` }],
    // policies come before webhooks: the condition is in the mutation, since only what matched at first is looked at again
    reinvocationPolicy: "IfNeeded",
    mutations: [
      {
        patchType: "JSONPatch",
        jsonPatch: { expression: `has(object.spec.initContainers) && ${sidecar} ? ${mark} : []` },
      },
    ],
  });
  await mesh.eventually(`${app} breaks with ${cpu}`, async () =>
    JSON.stringify(await newPodLabels(mesh, namespace, app, cpu)).includes("never-ready"),
  );
}

async function newPodLabels(mesh: Mesh, namespace: string, app: string, cpu: string): Promise<unknown> {
  const template = {
    metadata: { labels: { app }, annotations: { "sidecar.istio.io/proxyCPULimit": cpu } },
    spec: { containers: [{ name: "app", image: "app:1" }] },
  };
  return (await dryRunPod(mesh.api, namespace, template)).metadata.labels;
}

/** Takes that back, also for the pods that there are. */
export async function breaksNoMore(mesh: Mesh, namespace: string, app: string, cpu: string): Promise<void> {
  await leaveNewPods(mesh, namespace);
  const isBroken = async () =>
    JSON.stringify(await newPodLabels(mesh, namespace, app, cpu)).includes("never-ready");
  await mesh.eventually(`new pods of ${app} break no more`, async () => !(await isBroken()));
  const healed = { metadata: { labels: { "kwok.test/never-ready": null } } };
  await mesh.eventually(`all pods of ${app} are ready`, async () => {
    for (const { metadata } of await mesh.pods(namespace, app))
      if (metadata.labels?.["kwok.test/never-ready"])
        await mesh.patch(`/api/v1/namespaces/${namespace}/pods/${metadata.name}`, healed);
    const pods = await mesh.pods(namespace, app);
    const isReady = pods.map(({ status }) =>
      status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True"),
    );
    return isReady.every(Boolean);
  });
}
