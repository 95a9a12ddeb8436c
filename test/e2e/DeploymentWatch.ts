import type { Workload } from "../../provider/cluster/workloads";
import { watchObjects } from "./watchObjects";

/** What the API server says of every Deployment, in the order in which it happened; independent of what a rollout says of itself. */
export class DeploymentWatch {
  /** Now being restarted: `namespace/name`. */
  readonly restarting = new Set<string>();
  /** All that were ever seen restarting. */
  readonly restarted = new Set<string>();
  /** The most at one moment. */
  most = 0;
  private end = () => {};

  static async start(kubeconfig: string): Promise<DeploymentWatch> {
    const watch = new DeploymentWatch();
    watch.end = await watchObjects<Workload>(kubeconfig, "/apis/apps/v1/deployments", (deployment) =>
      watch.see(deployment),
    );
    return watch;
  }

  stop(): void {
    this.end();
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
