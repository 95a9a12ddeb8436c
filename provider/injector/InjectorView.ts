import type { KubernetesApi } from "../cluster/KubernetesApi.js";
import type { Pod, PodTemplate } from "../cluster/podTemplate.js";
import type { InjectorData } from "../configMap/InjectorData.js";
import type { Layer, Layers } from "../levels/Layer.js";
import type { PutBack } from "./rollbackLayers.js";

export type Properties = Readonly<Record<string, unknown>>;

/** What a rollout knows of the injector, given by the room that reads and writes it. */
export interface InjectorView {
  /** The revision that pods of the injector name. */
  revision(properties: Properties): string;
  /** The injector's texts, perhaps of a moment ago; undefined where it has none that can be added to. */
  data(api: KubernetesApi, properties: Properties): Promise<InjectorData | undefined>;
  /** Settles when no layer of this `up` is on its way into the injector. */
  settled(api: KubernetesApi, properties: Properties): Promise<void>;
  isSettled(api: KubernetesApi, properties: Properties): boolean;
  /** The layers that the program plans, which a preview's injector does not have yet; `lost`: some were there and are gone. */
  planned(properties: Properties): { layers: Layers; lost: boolean };
  /** The layers that this process has removed, with the options by which their pods are rolled out. */
  removed(properties: Properties): Layers;
  /** The istiod replicas that give a pod other settings than this stamp; none where they can't be asked. */
  replicasBehind(
    api: KubernetesApi,
    properties: Properties,
    namespace: string,
    pod: PodTemplate,
    stamp: string | undefined,
  ): Promise<readonly string[]>;
  /** What an istiod itself gives a pod, asked past the API server's admission; undefined where none can be asked. */
  askIstiod(
    api: KubernetesApi,
    properties: Properties,
    namespace: string,
    pod: PodTemplate,
  ): Promise<Pod | undefined>;
  /** Tells what the rollout's state says that its layer last was; undefined where no rollout of it ever ended. */
  noteFormer(properties: Properties, former: FormerLayer | undefined): void;
  /** Tells that all pods have the layer; what the rollout's state is to keep of it. */
  noteRolled(properties: Properties): FormerLayer | undefined;
  /** All that this process has put back, of every rollout. */
  putBacks(properties: Properties): readonly PutBack[];
  /** Whether the rollout's own layer is among them. */
  isPutBack(properties: Properties): boolean;
  /** Puts back what this program changed for the rollout's namespaces; undefined where that is nothing. */
  putBack(api: KubernetesApi, properties: Properties): Promise<PutBack | undefined>;
}

/** Settings of a layer, as a rollout's state keeps them; without settings where there was no layer. */
export type FormerLayer = Partial<Pick<Layer, "settings" | "picks">>;
