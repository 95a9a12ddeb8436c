import { type ApiCall, ApiError, type KubernetesApi } from "../../provider/cluster/KubernetesApi";
import type { Pod } from "../../provider/cluster/podTemplate";
import type { Workload } from "../../provider/cluster/workloads";
import { stampAnnotation } from "../../provider/pod/podAnnotations";
import { newStamp } from "./InMemoryCluster";
import { application, injectedPod } from "./injectedPod";

export interface PodsBehaviour {
  replicas: number;
  /** Until a replacement is ready. */
  seconds?: number;
  neverReady?: boolean;
  /** Until when a budget forbids evictions, in seconds. */
  forbiddenUntil?: number;
  /** Evictions whose replacements come from an injector that has the old settings. */
  stale?: number;
  /** Pods that are never ready, by name: neither at first nor once they are replaced. */
  unready?: readonly string[];
  onDelete?: boolean;
  /** Replacements get no sidecar. */
  uninjected?: boolean;
}

const withSettings = injectedPod({ proxy: { resources: { limits: { cpu: "9" } } } });

interface Member {
  name: string;
  uid: string;
  readyAt: number;
  stamped: boolean;
}

/** StatefulSet `db` in namespace `shop`, whose pods are replaced when they are evicted. */
export class InMemoryPods implements KubernetesApi {
  readonly server = "memory";
  /** `5 evict db-1`: seconds, in order. */
  readonly log: string[] = [];
  /** The fewest pods that were ready at once. */
  fewestReady: number;
  asked = 0;
  owner = { kind: "StatefulSet", name: "db" };
  patched = 0;
  private evictions = 0;
  private readonly members: Member[];

  constructor(
    private readonly now: () => number,
    private readonly behaviour: PodsBehaviour,
  ) {
    this.members = Array.from({ length: behaviour.replicas }, (_, at) => ({
      name: `db-${at}`,
      uid: `${at}`,
      readyAt: behaviour.unready?.includes(`db-${at}`) ? Number.POSITIVE_INFINITY : 0,
      stamped: false,
    }));
    this.fewestReady = this.ready();
  }

  async request<Answer>(call: ApiCall): Promise<Answer> {
    return structuredClone(this.answer(call)) as Answer;
  }

  private answer(call: ApiCall): unknown {
    const { method, path } = call;
    if (method === "PATCH") this.patched++;
    if (path.endsWith("/eviction")) return this.evict(call);
    if (path === "/apis/apps/v1/namespaces/shop/statefulsets/db") return this.workload();
    if (method === "POST") return this.dryRun();
    if (path.endsWith("/pods")) return { items: this.members.map((member) => this.pod(member)) };
    const member = this.members.find(({ name }) => path.endsWith(`/pods/${name}`));
    if (member) return this.pod(member);
    throw new ApiError(404, "NotFound", `${path} not found`, call);
  }

  private evict(call: ApiCall): unknown {
    this.asked++;
    const { metadata, deleteOptions } = call.body as {
      metadata: { name: string };
      deleteOptions: { preconditions: { uid: string } };
    };
    const { forbiddenUntil = 0, seconds = 1, neverReady, stale = 0 } = this.behaviour;
    if (this.now() < forbiddenUntil * 1000)
      throw new ApiError(429, "TooManyRequests", "Cannot evict pod. The budget db needs 3 pods.", call);
    const member = this.members.find(({ name }) => name === metadata.name);
    if (member?.uid !== deleteOptions.preconditions.uid)
      throw new ApiError(409, "Conflict", "another uid", call);
    member.uid = `${member.uid}'`;
    member.readyAt =
      neverReady || this.behaviour.unready?.includes(member.name)
        ? Number.POSITIVE_INFINITY
        : this.now() + seconds * 1000;
    member.stamped = ++this.evictions > stale;
    this.fewestReady = Math.min(this.fewestReady, this.ready());
    this.log.push(`${Math.floor(this.now() / 1000)} evict ${member.name}`);
    return {};
  }

  private ready(): number {
    return this.members.filter(({ readyAt }) => readyAt <= this.now()).length;
  }

  /** Differs from every pod without the new stamp. */
  private dryRun(): Pod {
    return {
      ...withSettings,
      metadata: { name: "dry-run", annotations: { "sidecar.istio.io/status": "{}" } },
    };
  }

  private workload(): Workload {
    const { replicas, onDelete } = this.behaviour;
    return {
      kind: "StatefulSet",
      metadata: { name: "db", generation: 1 },
      spec: {
        replicas,
        template: { metadata: {}, spec: { containers: [application] } },
        ...(onDelete ? { updateStrategy: { type: "OnDelete" } } : {}),
      },
      status: {
        observedGeneration: 1,
        readyReplicas: this.ready(),
        currentRevision: "a",
        updateRevision: "a",
      },
    };
  }

  private pod({ name, uid, readyAt, stamped }: Member): Pod {
    const isReady = readyAt <= this.now();
    const isBare = this.behaviour.uninjected && uid.endsWith("'");
    return {
      ...(stamped ? withSettings : injectedPod()),
      metadata: {
        name,
        uid,
        namespace: "shop",
        annotations: isBare
          ? {}
          : { "sidecar.istio.io/status": "{}", ...(stamped ? { [stampAnnotation]: newStamp } : {}) },
        ownerReferences: [{ apiVersion: "apps/v1", ...this.owner, uid: "1", controller: true }],
      },
      status: {
        conditions: [{ type: "Ready", status: isReady ? "True" : "False" }],
        ...(isReady
          ? {}
          : {
              containerStatuses: [
                { name: "db", ready: false, state: { waiting: { reason: "CrashLoopBackOff" } } },
              ],
            }),
      },
    };
  }
}
