import type { KubernetesApi } from "../cluster/KubernetesApi.js";
import type { Pod, PodTemplate } from "../cluster/podTemplate.js";
import type { Session } from "../cluster/session.js";
import type { InjectorData } from "../configMap/InjectorData.js";
import { askReplicas, podGiven, replicasBehind } from "./askReplicas.js";
import { CachedInjector } from "./CachedInjector.js";
import type { Injector, InjectorConfigMap } from "./Injector.js";
import type { LayerChange } from "./LayerChange.js";
import { LayerHistory } from "./LayerHistory.js";
import { LayerQueue } from "./LayerQueue.js";
import { NoInjector } from "./NoInjector.js";
import { PlannedLayers } from "./PlannedLayers.js";
import { type Rollback, rollbackLayers } from "./rollbackLayers.js";
import type { Turns } from "./Turns.js";

/** What the resources of one process share of one injector, however each of them names its cluster. */
export class Coordinator {
  /** What the program wants, as far as it has been checked. */
  readonly planned = new PlannedLayers();
  /** What was there before. */
  readonly history = new LayerHistory();
  private readonly done: Rollback[] = [];
  private readonly cached: CachedInjector;
  private readonly queue: LayerQueue;

  constructor(
    readonly injector: Injector,
    private readonly session: Session,
    private readonly turns: Turns,
  ) {
    this.cached = new CachedInjector(injector, session.elapsed);
    this.queue = new LayerQueue(injector, { ...session, cached: this.cached });
  }

  /** The injector as it is, or was a moment ago; undefined where it has none that layers can be added to. */
  async read(api: KubernetesApi): Promise<InjectorConfigMap | undefined> {
    try {
      return await this.cached.read(api);
    } catch (error) {
      if (error instanceof NoInjector) return undefined;
      throw error;
    }
  }

  async data(api: KubernetesApi): Promise<InjectorData | undefined> {
    return (await this.read(api))?.data;
  }

  /** Settles when the change is in the injector and the injector shows it, or fails alone. `injectorTimeout`: in ms. */
  submit(api: KubernetesApi, change: LayerChange, injectorTimeout: number): Promise<void> {
    return this.queue.submit(api, change, injectorTimeout);
  }

  /** Whether layers of this `up` are on their way into the injector. */
  get isBusy(): boolean {
    return this.queue.isBusy;
  }

  /** Settles when none is. */
  idle(): Promise<void> {
    return this.queue.idle();
  }

  /** What rollouts of this process have rolled back, for those whose turn comes later. */
  get rollbacks(): readonly Rollback[] {
    return this.done;
  }

  /** Whether the layer of a target is among them. */
  isRolledBack(target: string): boolean {
    return this.done.some(({ targets }) => targets.includes(target));
  }

  /** Puts back what this program changed for a target's namespaces; undefined where that is nothing. */
  async rollBack(api: KubernetesApi, target: string): Promise<Rollback | undefined> {
    const rollback = await rollbackLayers(this, api, target, this.session.report);
    if (rollback) this.done.push(rollback);
    return rollback;
  }

  /** What an istiod itself gives a pod, asked past the API server's admission; undefined where none can be asked. */
  async askIstiod(api: KubernetesApi, namespace: string, template: PodTemplate): Promise<Pod | undefined> {
    const asked = await askReplicas(api, this.injector, namespace, { template });
    return "message" in asked ? undefined : podGiven(asked.answers);
  }

  /** The istiod replicas that give a pod other settings than this stamp; none where they can't be asked. */
  async replicasBehind(
    api: KubernetesApi,
    namespace: string,
    template: PodTemplate,
    stamp: string | undefined,
  ): Promise<readonly string[]> {
    const asked = await askReplicas(api, this.injector, namespace, { template });
    return "message" in asked ? [] : replicasBehind(asked.answers, stamp);
  }

  /** Rollouts of one cluster take turns. */
  inTurn<Result>(api: KubernetesApi, work: () => Promise<Result>): Promise<Result> {
    return this.turns.take(api.server, work);
  }
}
