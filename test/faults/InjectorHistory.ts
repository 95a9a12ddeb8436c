import { KubeConfig, Watch } from "@kubernetes/client-node";
import type { ObjectMeta } from "../../provider/cluster/KubernetesApi";
import type { InjectorData } from "../../provider/configMap/InjectorData";

/** The ConfigMap as the API server gives it. */
export interface InjectorObject {
  metadata: ObjectMeta;
  data: InjectorData & Record<string, string>;
}

/** The injector's ConfigMap as it was from one write to the next. */
export interface InjectorVersion extends InjectorObject {
  resourceVersion: string;
  /** When it was first heard of. */
  at: number;
}

const path = "/api/v1/namespaces/istio-system/configmaps";
const name = "istio-sidecar-injector";

/**
 * Every version that there ever was: what a watch shows, and what the writers are answered, since an API server that restarts shows no
 * watch what was before.
 */
export class InjectorHistory {
  private readonly seen = new Map<string, InjectorVersion>();
  private stopped = false;
  private abort = () => {};

  private constructor(private readonly config: KubeConfig) {}

  static follow(kubeconfig: string, from: InjectorObject): InjectorHistory {
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    const history = new InjectorHistory(config);
    history.add(from);
    void history.run();
    return history;
  }

  stop(): void {
    this.stopped = true;
    this.abort();
  }

  /** From the first to the last. */
  get versions(): InjectorVersion[] {
    return [...this.seen.values()].sort((a, b) => Number(a.resourceVersion) - Number(b.resourceVersion));
  }

  add({ metadata, data }: InjectorObject): void {
    const { resourceVersion = "" } = metadata;
    if (!this.seen.has(resourceVersion))
      this.seen.set(resourceVersion, { resourceVersion, metadata, data, at: Date.now() });
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      await this.watch().catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  private watch(): Promise<void> {
    return new Promise((resolve, reject) => {
      new Watch(this.config)
        .watch(
          path,
          { fieldSelector: `metadata.name=${name}` },
          (phase, object: InjectorObject) => {
            if (phase === "ADDED" || phase === "MODIFIED") this.add(object);
          },
          () => resolve(),
        )
        .then((controller) => {
          this.abort = () => controller.abort();
          if (this.stopped) this.abort();
        }, reject);
    });
  }
}
