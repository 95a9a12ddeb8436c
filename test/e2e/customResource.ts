import type { ObjectMeta } from "../../provider/cluster/KubernetesApi";
import type { Mesh } from "./Mesh";

export interface CustomKind {
  group: string;
  kind: string;
}

/** Defines the kind and creates an object of it, as the owner of pods: without one Kubernetes would collect them. */
export async function customResource(
  mesh: Mesh,
  namespace: string,
  { group, kind }: CustomKind,
  name: string,
): Promise<ObjectMeta> {
  const singular = kind.toLowerCase();
  const plural = `${singular}s`;
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  await mesh.api.request({
    method: "POST",
    path: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
    body: {
      metadata: { name: `${plural}.${group}` },
      spec: {
        group,
        scope: "Namespaced",
        names: { kind, plural, singular },
        versions: [{ name: "v1", served: true, storage: true, schema }],
      },
    },
  });
  let created: ObjectMeta | undefined;
  await mesh.eventually(`the API server serves ${plural}`, async () => {
    const { metadata } = await mesh.api.request<{ metadata: ObjectMeta }>({
      method: "POST",
      path: `/apis/${group}/v1/namespaces/${namespace}/${plural}`,
      body: { apiVersion: `${group}/v1`, kind, metadata: { name } },
    });
    created = metadata;
    return true;
  });
  if (!created) throw new Error(`no ${kind} was made`);
  return created;
}

/** The reference of its pods to it. */
export function controlledBy({ group, kind }: CustomKind, { name, uid = "" }: ObjectMeta) {
  return [{ apiVersion: `${group}/v1`, kind, name, uid, controller: true }];
}
