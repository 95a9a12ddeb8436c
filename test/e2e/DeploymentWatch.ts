import { KubeConfig, Watch } from "@kubernetes/client-node";
import type { Workload } from "../../provider/cluster/workloads";

/** What the API server says of every Deployment, in the order in which it happened; independent of what a rollout says of itself. */
export class DeploymentWatch {
  /** Now being restarted: `namespace/name`. */
  readonly restarting = new Set<string>();
  /** All that were ever seen restarting. */
  readonly restarted = new Set<string>();
  /** The most at one moment. */
  most = 0;
  private readonly controller: AbortController;

  private constructor(controller: AbortController) {
    this.controller = controller;
  }

  static async start(
    kubeconfig: string,
    onChange: (deployment: Workload, watch: DeploymentWatch) => void = () => {},
  ): Promise<DeploymentWatch> {
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    let watch: DeploymentWatch | undefined;
    const controller = await new Watch(config).watch(
      "/apis/apps/v1/deployments",
      {},
      (_type, deployment: Workload) => {
        watch?.see(deployment);
        if (watch) onChange(deployment, watch);
      },
      () => {},
    );
    watch = new DeploymentWatch(controller);
    return watch;
  }

  stop(): void {
    this.controller.abort();
  }

  private see(deployment: Workload): void {
    const name = `${deployment.metadata.namespace}/${deployment.metadata.name}`;
    if (isAtRest(deployment)) this.restarting.delete(name);
    else {
      this.restarting.add(name);
      this.restarted.add(name);
    }
    this.most = Math.max(this.most, this.restarting.size);
  }
}

// written anew and not taken from the rollout, which is what is being watched
function isAtRest({ metadata, spec, status = {} }: Workload): boolean {
  const wanted = spec.replicas ?? 1;
  return (
    status.observedGeneration === metadata.generation &&
    ["replicas", "updatedReplicas", "availableReplicas"].every((count) => status[count] === wanted)
  );
}
