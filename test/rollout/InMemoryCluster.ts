import { type ApiCall, ApiError, type KubernetesApi } from "../../provider/cluster/KubernetesApi";
import type { Pod, PodTemplate } from "../../provider/cluster/podTemplate";
import type { Workload } from "../../provider/cluster/workloads";
import { stampAnnotation } from "../../provider/pod/podAnnotations";
import { application, injectedPod } from "./injectedPod";

export const newStamp = "feedc0ffee00";
const oldStamp = "0ddba11c0de0";
const newSpec = injectedPod({ proxy: { resources: { limits: { cpu: "9" } } } }).spec;

/** How a Deployment takes a restart. */
export interface Behaviour {
  /** Until its new pod is available; with more than one, they come one after the other. */
  seconds?: number;
  /** Default: 1. */
  replicas?: number;
  neverReady?: boolean;
  exceedsDeadline?: boolean;
  /** Restarts whose pods come from an injector that has the old settings. */
  staleRestarts?: number;
  /** Someone pauses it while it restarts. */
  pausedOnTheWay?: boolean;
  gone?: boolean;
  /** Someone deletes it when its restart has begun. */
  goneOnTheWay?: boolean;
  /** Its operator writes its own pod template back at once. */
  operator?: boolean;
  /** Its controller replaces no pod, whatever its template. */
  idle?: boolean;
  /** Its new pods get no sidecar. */
  uninjected?: boolean;
  /** The API server admits no new pods in the namespace. */
  denied?: boolean;
  /** On its pod template before the rollout. */
  annotations?: Record<string, string>;
  /** A restart of an earlier rollout that is under way from the start. */
  underWay?: boolean;
  /** On the Deployment itself. */
  own?: Record<string, string>;
}

interface Deployment {
  behaviour: Behaviour;
  restarts: number[];
  annotations: Record<string, string>;
}

/** Deployments in namespace `shop`, as the API server and its controllers would show them. */
export class InMemoryCluster implements KubernetesApi {
  readonly server = "memory";
  /** `5 restart api`, `8 ready api`: seconds, in order. */
  readonly log: string[] = [];
  private readonly deployments: ReadonlyMap<string, Deployment>;

  constructor(
    private readonly now: () => number,
    behaviours: Readonly<Record<string, Behaviour>>,
    /** The stamp of the settings that the injector gives; null without settings. */
    private readonly given: string | null = newStamp,
  ) {
    this.deployments = new Map(
      Object.entries(behaviours).map(([name, behaviour]) => [
        name,
        { behaviour, restarts: behaviour.underWay ? [0] : [], annotations: { ...behaviour.annotations } },
      ]),
    );
  }

  annotationsOf(name: string): Record<string, string> {
    return this.deployments.get(name)?.annotations ?? {};
  }

  restartsOf(name: string): number {
    return this.deployments.get(name)?.restarts.length ?? 0;
  }

  async request<Answer>(call: ApiCall): Promise<Answer> {
    return structuredClone(this.answer(call)) as Answer;
  }

  private answer({ method, path, body }: ApiCall): unknown {
    const [, name = ""] = /^\/apis\/apps\/v1\/namespaces\/shop\/deployments\/([^/]+)$/.exec(path) ?? [];
    const [, podName] = /^\/api\/v1\/namespaces\/shop\/pods(?:\/(.+))?$/.exec(path) ?? [];
    const deployment = this.deployments.get(name);
    const { gone, goneOnTheWay } = deployment?.behaviour ?? {};
    if (deployment && !gone && !(goneOnTheWay && method === "GET" && deployment.restarts.length > 0)) {
      if (method === "PATCH") this.restart(name, deployment, body as { spec: { template: PodTemplate } });
      const answer = this.workload(name, deployment);
      if (method === "PATCH" && deployment.behaviour.operator) deployment.annotations = {};
      return answer;
    }
    if (method === "POST") return this.dryRun({ method, path });
    if (path.endsWith("/pods"))
      return { items: [...this.deployments.keys()].flatMap((owner) => this.pods(owner)) };
    const [, owner = "", at] = /^(.+)-(\d+)$/.exec(podName ?? "") ?? [];
    if (at !== undefined) return this.pod(owner, Number(at));
    throw new ApiError(404, "NotFound", `${path} not found`, { method, path });
  }

  /** Differs from every pod that was there before. */
  private dryRun(call: Pick<ApiCall, "method" | "path">): Pod {
    if ([...this.deployments.values()].some(({ behaviour }) => behaviour.denied))
      throw new ApiError(403, "Forbidden", "exceeded quota: pods", call);
    return { metadata: { name: "dry-run", annotations: this.annotations(true) }, spec: newSpec };
  }

  private annotations(isNew: boolean): Record<string, string> {
    return {
      "sidecar.istio.io/status": "{}",
      ...(isNew
        ? this.given === null
          ? {}
          : { [stampAnnotation]: this.given }
        : { [stampAnnotation]: oldStamp }),
    };
  }

  private restart(name: string, deployment: Deployment, body: { spec: { template: PodTemplate } }): void {
    deployment.restarts.push(this.now());
    for (const [key, value] of Object.entries(body.spec.template.metadata?.annotations ?? {})) {
      if (value === null) delete deployment.annotations[key];
      else deployment.annotations[key] = value;
    }
    this.log.push(`${this.now() / 1000} restart ${name}`);
  }

  /** How many pods the last restart has replaced by ready ones; all before the first. */
  private ready({ behaviour, restarts }: Deployment): number {
    const { seconds = 1, replicas = 1, neverReady, exceedsDeadline } = behaviour;
    const last = restarts.at(-1);
    if (last === undefined) return replicas;
    if (neverReady || exceedsDeadline) return 0;
    return seconds === 0 ? replicas : Math.min(replicas, Math.floor((this.now() - last) / (seconds * 1000)));
  }

  private workload(name: string, deployment: Deployment): Workload {
    const { behaviour, restarts, annotations } = deployment;
    const generation = restarts.length + 1;
    const { replicas = 1 } = behaviour;
    return {
      kind: "Deployment",
      metadata: {
        name,
        generation,
        annotations: { ...behaviour.own },
        ...(behaviour.operator
          ? {
              managedFields: [
                { manager: "collector-operator", fieldsV1: { "f:spec": { "f:template": {} } } },
              ],
            }
          : {}),
      },
      spec: {
        replicas,
        template: { metadata: { annotations }, spec: { containers: [application] } },
        ...(behaviour.pausedOnTheWay && restarts.length > 0 ? { paused: true } : {}),
      },
      status: {
        observedGeneration: generation,
        replicas,
        updatedReplicas: replicas,
        availableReplicas: this.ready(deployment),
        ...(behaviour.exceedsDeadline && restarts.length > 0
          ? {
              conditions: [
                {
                  type: "Progressing",
                  status: "False",
                  reason: "ProgressDeadlineExceeded",
                  message: "too slow",
                },
              ],
            }
          : {}),
      },
    };
  }

  private pods(owner: string): Pod[] {
    const { replicas = 1 } = this.deployments.get(owner)?.behaviour ?? {};
    return Array.from({ length: replicas }, (_, at) => this.pod(owner, at + 1));
  }

  private pod(owner: string, at: number): Pod {
    const deployment = this.deployments.get(owner) ?? { behaviour: {}, restarts: [], annotations: {} };
    const { operator, idle, uninjected, replicas = 1 } = deployment.behaviour;
    const isReplaced = at <= this.ready(deployment);
    const replaced = operator || idle ? 0 : deployment.restarts.length - (isReplaced ? 0 : 1);
    const restarted = replaced > (deployment.behaviour.staleRestarts ?? 0);
    return {
      spec: restarted ? newSpec : injectedPod().spec,
      metadata: {
        name: `${owner}-${at}`,
        uid: `${owner}-${at}-${replaced}`,
        namespace: "shop",
        labels: { "pod-template-hash": "abc" },
        annotations: restarted && uninjected ? {} : this.annotations(restarted),
        ownerReferences: [
          { apiVersion: "apps/v1", kind: "ReplicaSet", name: `${owner}-abc`, uid: "1", controller: true },
        ],
      },
      ...(replicas > 1 && isReplaced ? { status: { conditions: [{ type: "Ready", status: "True" }] } } : {}),
      ...(deployment.behaviour.neverReady
        ? {
            status: {
              containerStatuses: [
                {
                  name: "api",
                  ready: false,
                  state: { waiting: { reason: "ImagePullBackOff", message: "no such image" } },
                },
              ],
            },
          }
        : {}),
    };
  }
}
