import type { KubernetesApi } from "../cluster/KubernetesApi.js";
import type { Pod, PodTemplate } from "../cluster/podTemplate.js";
import type { Session } from "../cluster/session.js";
import type { InjectorData } from "../configMap/InjectorData.js";
import { askReplicas, podGiven, type ReplicaAnswer, replicasBehind } from "./askReplicas.js";
import { CachedInjector } from "./CachedInjector.js";
import type { Injector, InjectorConfigMap } from "./Injector.js";
import { LayerHistory } from "./LayerHistory.js";
import { LayerQueue } from "./LayerQueue.js";
import { NoInjector } from "./NoInjector.js";
import { PlannedLayers } from "./PlannedLayers.js";
import { type Rollback, rollbackLayers } from "./rollbackLayers.js";
import type { Turns } from "./Turns.js";

/** The state that all resources of a process share for one injector, however each of them names its cluster. */
export class Coordinator {
  /** The layers that the program wants, as far as Pulumi has checked them. */
  readonly planned = new PlannedLayers();
  /** What the layers were before. */
  readonly history = new LayerHistory();
  /** The changes of layers. */
  readonly queue: LayerQueue;
  /** Rollbacks by rollouts of this process, for rollouts whose turn comes later. */
  readonly rollbacks: Rollback[] = [];
  private readonly cached: CachedInjector;

  constructor(
    readonly injector: Injector,
    private readonly session: Session,
    private readonly turns: Turns,
  ) {
    this.cached = new CachedInjector(injector, session.elapsed);
    this.queue = new LayerQueue(injector, { ...session, cached: this.cached });
  }

  /** The injector, at most a second old; undefined if there is none. */
  async read(
    api: KubernetesApi,
    { refusesTag = false }: { refusesTag?: boolean } = {},
  ): Promise<InjectorConfigMap | undefined> {
    try {
      return await this.cached.read(api);
    } catch (error) {
      if (error instanceof NoInjector && !(refusesTag && error.isTag)) return undefined;
      throw error;
    }
  }

  async data(api: KubernetesApi): Promise<InjectorData | undefined> {
    return (await this.read(api))?.data;
  }

  /** Whether one of them rolled back a target's layer. */
  isRolledBack(target: string): boolean {
    return this.rollbacks.some(({ targets }) => targets.includes(target));
  }

  /** Rolls back what this program changed for a target's namespaces; undefined if that is nothing. */
  async rollBack(api: KubernetesApi, target: string): Promise<Rollback | undefined> {
    const rollback = await rollbackLayers(this, api, target, this.session.report);
    if (rollback) this.rollbacks.push(rollback);
    return rollback;
  }

  /** The pod as istiod injects it, asked directly rather than through admission; undefined if no istiod can be asked. */
  async askIstiod(api: KubernetesApi, namespace: string, template: PodTemplate): Promise<Pod | undefined> {
    return podGiven(await this.answers(api, namespace, template));
  }

  /** The istiod replicas that inject another stamp; empty if they can't be asked. */
  async replicasBehind(
    api: KubernetesApi,
    namespace: string,
    template: PodTemplate,
    stamp: string | undefined,
  ): Promise<readonly string[]> {
    return replicasBehind(await this.answers(api, namespace, template), stamp);
  }

  private async answers(
    api: KubernetesApi,
    namespace: string,
    template: PodTemplate,
  ): Promise<readonly ReplicaAnswer[]> {
    const asked = await askReplicas(api, this.injector, namespace, { template });
    return "message" in asked ? [] : asked.answers;
  }

  /** Runs one rollout per cluster at a time. */
  inTurn<Result>(api: KubernetesApi, work: () => Promise<Result>): Promise<Result> {
    return this.turns.take(api.server, work);
  }
}
