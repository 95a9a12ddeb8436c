import { listAll, type ObjectMeta } from "../../provider/cluster/KubernetesApi";
import { type CustomKind, controlledBy, customResource } from "./customResource";
import type { Mesh } from "./Mesh";

const cluster: CustomKind = { group: "databases.example.com", kind: "Cluster" };

/** Owns pods by a custom resource, as operators of databases do: one that goes comes again under its name. */
export class DatabaseOperator {
  private running = true;
  private readonly ended: Promise<void>;

  private constructor(
    private readonly mesh: Mesh,
    private readonly namespace: string,
    private readonly names: readonly string[],
    private readonly ownerReferences: ObjectMeta["ownerReferences"],
  ) {
    this.ended = this.run();
  }

  /** A database `db` with two ready pods when this returns. */
  static async install(mesh: Mesh, namespace: string, kind = cluster): Promise<DatabaseOperator> {
    const owner = controlledBy(kind, await customResource(mesh, namespace, kind, "db"));
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
    const pods = await listAll<{ metadata: ObjectMeta }>(this.mesh.api, path);
    for (const missing of this.names.filter((one) => !pods.some(({ metadata }) => metadata.name === one))) {
      const metadata = { name: missing, labels: { app: "db" }, ownerReferences: this.ownerReferences };
      const spec = { containers: [{ name: "app", image: "app:1" }] };
      await this.mesh.api.request({ method: "POST", path, body: { metadata, spec } });
    }
  }
}
