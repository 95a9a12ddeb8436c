import { KubeConfig, Watch } from "@kubernetes/client-node";
import type { Workload } from "../../provider/cluster/workloads";
import { canonicalJson } from "../../provider/data/canonicalJson";
import type { Mesh } from "../e2e/Mesh";
import type { Restartable } from "./needlessRestarts";
import type { Undoing } from "./RestartRecord";

type Owned = Pick<Restartable, "namespace" | "name">;

/** Owns a Deployment: as soon as the annotations of its pod template change, it writes those that it wants. */
export class WritingOperator {
  private running = true;
  private abort = () => {};
  private work: Promise<void> = Promise.resolve();

  private constructor(
    private readonly mesh: Mesh,
    private readonly workload: Owned,
    private left: { generation: number; annotations: Record<string, string> },
    private readonly onUndo: (undoing: Undoing) => void,
  ) {
    void this.follow();
  }

  /** It wants what is there now. */
  static async begin(
    mesh: Mesh,
    workload: Owned,
    onUndo: (undoing: Undoing) => void,
  ): Promise<WritingOperator> {
    const { metadata, spec } = await mesh.workload(workload.namespace, workload.name);
    const annotations = spec.template.metadata?.annotations ?? {};
    return new WritingOperator(mesh, workload, { generation: metadata.generation ?? 0, annotations }, onUndo);
  }

  async end(): Promise<void> {
    this.running = false;
    this.abort();
    await this.work;
  }

  // an API server that restarts ends the watch
  private async follow(): Promise<void> {
    while (this.running) {
      await this.watch().catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  private watch(): Promise<void> {
    const config = new KubeConfig();
    config.loadFromFile(this.mesh.cluster.kubeconfig);
    const { namespace, name } = this.workload;
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments`;
    const query = { fieldSelector: `metadata.name=${name}` };
    return new Promise((resolve, reject) => {
      // a write in between: it is told of that one as well
      const onChange = () => {
        this.work = this.work.then(() => this.reconcile()).catch(() => {});
      };
      new Watch(config)
        .watch(path, query, onChange, () => resolve())
        .then((controller) => {
          this.abort = () => controller.abort();
          if (!this.running) this.abort();
        }, reject);
    });
  }

  private async reconcile(): Promise<void> {
    if (!this.running) return;
    const { namespace, name } = this.workload;
    const live = await this.mesh.workload(namespace, name);
    const { template } = live.spec;
    const { annotations, generation: after } = this.left;
    if (canonicalJson(template.metadata?.annotations ?? {}) === canonicalJson(annotations)) return;
    const wanted = { ...template, metadata: { ...template.metadata, annotations } };
    const written = await this.mesh.api.request<Workload>({
      method: "PUT",
      path: `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`,
      query: { fieldManager: "collector-operator" },
      body: { ...live, spec: { ...live.spec, template: wanted } },
    });
    this.left = { generation: written.metadata.generation ?? 0, annotations };
    this.onUndo({ ...this.workload, after, found: live.metadata.generation ?? 0 });
  }
}
