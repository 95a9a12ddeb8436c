import { hasStatus, listAll, type ObjectMeta } from "../../provider/cluster/KubernetesApi";
import { isReady, type Pod } from "../../provider/cluster/podTemplate";
import type { Workload } from "../../provider/cluster/workloads";
import { digest } from "../../provider/data/canonicalJson";
import type { Mesh } from "./Mesh";

const group = "argoproj.io";
const hashLabel = "rollouts-pod-template-hash";

interface ReplicaSet {
  metadata: ObjectMeta;
  spec: { replicas: number };
  status?: { readyReplicas?: number; replicas?: number };
}

/**
 * Argo's CRD for Rollouts, and as much of its controller as a restart meets: a ReplicaSet for each pod template, named and labelled as
 * Argo does, and a status with a phase. Its generations are strings, as Argo's are. `restartAt` deletes older pods one by one.
 */
export class ArgoRollouts {
  private running = true;
  private readonly ended: Promise<void>;

  private constructor(private readonly mesh: Mesh) {
    this.ended = this.run();
  }

  static async install(mesh: Mesh): Promise<ArgoRollouts> {
    const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
    await mesh.api.request({
      method: "POST",
      path: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
      body: {
        metadata: { name: `rollouts.${group}` },
        spec: {
          group,
          scope: "Namespaced",
          names: { kind: "Rollout", plural: "rollouts", singular: "rollout" },
          versions: [{ name: "v1alpha1", served: true, storage: true, schema, subresources: { status: {} } }],
        },
      },
    });
    const list = `/apis/${group}/v1alpha1/rollouts`;
    await mesh.eventually("Rollouts can be listed", async () => Array.isArray(await listAll(mesh.api, list)));
    return new ArgoRollouts(mesh);
  }

  async stop(): Promise<void> {
    this.running = false;
    await this.ended;
  }

  /** A Rollout whose pods are ready when this returns. */
  async create(namespace: string, name: string, replicas: number): Promise<void> {
    const labels = { app: name };
    const template = { metadata: { labels }, spec: { containers: [{ name: "app", image: "app:1" }] } };
    await this.mesh.api.request({
      method: "POST",
      path: `/apis/${group}/v1alpha1/namespaces/${namespace}/rollouts`,
      body: {
        apiVersion: `${group}/v1alpha1`,
        kind: "Rollout",
        metadata: { name },
        spec: { replicas, selector: { matchLabels: labels }, template },
      },
    });
    await this.mesh.eventually(`${namespace}/${name} is healthy`, async () => {
      const { status } = await this.get(namespace, name);
      return status?.phase === "Healthy";
    });
  }

  get(namespace: string, name: string): Promise<Workload> {
    return this.mesh.api.request({ method: "GET", path: pathOf(namespace, name) });
  }

  private async run(): Promise<void> {
    while (this.running) {
      const rollouts = await listAll<Workload>(this.mesh.api, `/apis/${group}/v1alpha1/rollouts`).catch(
        () => [],
      );
      // a conflict is met again at the next look
      for (const rollout of rollouts) await this.reconcile(rollout).catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  private async reconcile({ metadata, spec, status }: Workload): Promise<void> {
    const { namespace = "", name, uid = "", generation } = metadata;
    const { replicas = 1, template } = spec;
    const hash = digest(template);
    const sets = `/apis/apps/v1/namespaces/${namespace}/replicasets`;
    const labels = { ...template.metadata?.labels, [hashLabel]: hash };
    const observed = String(generation);
    // first of all, so that nobody takes the status of the template before for this one's
    if (status?.observedGeneration !== observed)
      await this.report(namespace, name, { observedGeneration: observed, phase: "Progressing" });
    const owned = (await listAll<ReplicaSet>(this.mesh.api, sets)).filter(
      ({ metadata: { ownerReferences } }) => ownerReferences?.some((owner) => owner.uid === uid),
    );
    const current = owned.find((set) => set.metadata.name === `${name}-${hash}`);
    if (!current) {
      const owner = { apiVersion: `${group}/v1alpha1`, kind: "Rollout", name, uid, controller: true };
      const body = {
        metadata: { name: `${name}-${hash}`, labels, ownerReferences: [owner] },
        spec: {
          replicas,
          selector: { matchLabels: labels },
          template: { ...template, metadata: { ...template.metadata, labels } },
        },
      };
      await this.mesh.api.request({ method: "POST", path: sets, body });
      return;
    }
    if (spec.restartAt !== undefined && status?.restartedAt !== spec.restartAt)
      return this.restartPods(namespace, name, hash, spec.restartAt, replicas);
    const others = owned.filter((set) => set !== current);
    if (current.spec.replicas !== replicas) await this.scale(sets, current, replicas);
    if (current.status?.readyReplicas !== replicas) return;
    for (const other of others) if (other.spec.replicas > 0) await this.scale(sets, other, 0);
    if (others.every((other) => (other.status?.replicas ?? 0) === 0) && status?.phase !== "Healthy")
      await this.report(namespace, name, { phase: "Healthy" });
  }

  private async restartPods(
    namespace: string,
    name: string,
    hash: string,
    restartAt: string,
    replicas: number,
  ): Promise<void> {
    const path = `/api/v1/namespaces/${namespace}/pods`;
    const pods = await listAll<Pod & { metadata: { creationTimestamp?: string } }>(this.mesh.api, path, {
      query: { labelSelector: `${hashLabel}=${hash}` },
    });
    if (pods.length !== replicas || !pods.every(isReady)) return;
    const older = pods.find(({ metadata: { creationTimestamp = "" } }) => creationTimestamp < restartAt);
    if (!older) return this.report(namespace, name, { restartedAt: restartAt, phase: "Healthy" });
    await this.report(namespace, name, { phase: "Progressing" });
    await this.mesh.api.request({ method: "DELETE", path: `${path}/${older.metadata.name}` });
  }

  private scale(sets: string, { metadata }: ReplicaSet, replicas: number): Promise<void> {
    return this.mesh.patch(`${sets}/${metadata.name}`, { spec: { replicas } });
  }

  private async report(namespace: string, name: string, status: object): Promise<void> {
    await this.mesh.patch(`${pathOf(namespace, name)}/status`, { status }).catch((error: unknown) => {
      if (!hasStatus(error, 404)) throw error;
    });
  }
}

function pathOf(namespace: string, name: string): string {
  return `/apis/${group}/v1alpha1/namespaces/${namespace}/rollouts/${name}`;
}
