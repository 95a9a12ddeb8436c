import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import type { KubernetesApi } from "../../provider/cluster/KubernetesApi";
import type { Workload } from "../../provider/cluster/workloads";
import { rolloutStatus } from "../../provider/rollout/observe/rolloutStatus";

const deployment = "/apis/apps/v1/namespaces/shop/deployments/api";
const namespace = "/api/v1/namespaces/shop";

/** Applies workload.yaml, as `kubectl apply -f` does, and waits until its pods are ready. */
export async function applyWorkload(api: KubernetesApi, patienceSeconds = 60): Promise<void> {
  const text = await readFile(join(__dirname, "workload.yaml"), "utf8");
  const objects = parseAllDocuments(text).map((document) => document.toJS() as { kind: string });
  for (const body of objects) {
    await api.request({
      method: "PATCH",
      path: body.kind === "Namespace" ? namespace : deployment,
      query: { fieldManager: "sidecar-demo" },
      contentType: "application/apply-patch+yaml",
      body,
    });
  }
  for (const end = Date.now() + patienceSeconds * 1000; Date.now() < end; ) {
    const workload = await api.request<Workload>({ method: "GET", path: deployment });
    if (rolloutStatus({ ...workload, kind: "Deployment" }).status === "done") return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`shop/Deployment/api was not ready within ${patienceSeconds} s`);
}

/** Deletes the sample's namespace with everything in it. */
export async function deleteWorkload(api: KubernetesApi): Promise<void> {
  await api.request({ method: "DELETE", path: namespace });
}
