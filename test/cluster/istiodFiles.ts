import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ClusterState } from "./clusterState.js";
import { type Component, egressTablePath, istiodName, istiodPorts } from "./component.js";
import type { KubeApi } from "./kubeApi.js";

/** What a kubelet would have mounted when the replicas started. */
export async function mountInjector(api: KubeApi, state: ClusterState): Promise<void> {
  if (state.replicas.length === 0) return;
  const { data } = await api.request<{ data: Record<string, string> }>(
    "GET",
    "/api/v1/namespaces/istio-system/configmaps/istio-sidecar-injector",
  );
  for (const replica of state.replicas) {
    const folder = injectionDirectory(state, replica);
    await mkdir(folder, { recursive: true });
    for (const [name, text] of Object.entries(data)) await writeFile(join(folder, name), text);
  }
}

export function injectionDirectory(state: ClusterState, replica: string): string {
  return join(state.directory, replica, "var/lib/istio/inject");
}

/** Leads the API server's requests to pods' port 15017 to istiods, by the pods' addresses. */
export async function writeEgressTable(
  state: ClusterState,
  istiods: Readonly<Record<string, Component>>,
): Promise<void> {
  const lines = Object.entries(istiods).map(([pod, istiod]) => [
    `${pod}:15017`,
    `127.0.0.1:${istiodPorts(state, istiodName(istiod)).injection}`,
  ]);
  await writeFile(egressTablePath(state), JSON.stringify(Object.fromEntries(lines)));
}
