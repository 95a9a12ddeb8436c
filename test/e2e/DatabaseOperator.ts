import { listAll, type ObjectMeta } from "../../provider/cluster/KubernetesApi";
import type { Mesh } from "./Mesh";

const group = "databases.example.com";

/** Owns pods by a custom resource, as operators of databases do: one that goes comes again under its name. */
export class DatabaseOperator {
  private running = true;
  private readonly ended: Promise<void>;

  private constructor(
    private readonly mesh: Mesh,
    private readonly namespace: string,
    private readonly names: readonly string[],
    private readonly owner: ObjectMeta,
  ) {
    this.ended = this.run();
  }

  /** A Database `db` with two ready pods when this returns. */
  static async install(mesh: Mesh, namespace: string): Promise<DatabaseOperator> {
    const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
    await mesh.api.request({
      method: "POST",
      path: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
      body: {
        metadata: { name: `clusters.${group}` },
        spec: {
          group,
          scope: "Namespaced",
          names: { kind: "Cluster", plural: "clusters", singular: "cluster" },
          versions: [{ name: "v1", served: true, storage: true, schema }],
        },
      },
    });
    let owner: ObjectMeta | undefined;
    await mesh.eventually("the API server serves Clusters", async () => {
      const { metadata } = await mesh.api.request<{ metadata: ObjectMeta }>({
        method: "POST",
        path: `/apis/${group}/v1/namespaces/${namespace}/clusters`,
        body: { apiVersion: `${group}/v1`, kind: "Cluster", metadata: { name: "db" } },
      });
      owner = metadata;
      return true;
    });
    if (!owner) throw new Error("no Cluster was made");
    const operator = new DatabaseOperator(mesh, namespace, ["db-0", "db-1"], owner);
    await mesh.eventually("the database's pods", async () => (await mesh.pods(namespace, "db")).length === 2);
    return operator;
  }

  async stop(): Promise<void> {
    this.running = false;
    await this.ended;
  }

  private async run(): Promise<void> {
    while (this.running) {
      // a pod that is still there is met again at the next look
      await this.reconcile().catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  private async reconcile(): Promise<void> {
    const path = `/api/v1/namespaces/${this.namespace}/pods`;
    const { name, uid = "" } = this.owner;
    const pods = await listAll<{ metadata: ObjectMeta }>(this.mesh.api, path);
    for (const missing of this.names.filter((one) => !pods.some(({ metadata }) => metadata.name === one))) {
      const ownerReferences = [{ apiVersion: `${group}/v1`, kind: "Cluster", name, uid, controller: true }];
      const metadata = { name: missing, labels: { app: "db" }, ownerReferences };
      const spec = { containers: [{ name: "app", image: "app:1" }] };
      await this.mesh.api.request({ method: "POST", path, body: { metadata, spec } });
    }
  }
}
