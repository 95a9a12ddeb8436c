/**
 * The dynamic providers' code. Pulumi keeps `require("pulumi-istio-sidecar/dynamic")` in users' state: this subpath and its
 * exports never change their names.
 */
import { configureSession, type StackConfig, session } from "./cluster/session.js";
import { readInjector, revisionOf } from "./injector/Injector.js";
import { layerQueue } from "./injector/LayerQueue.js";
import { injectorOf } from "./injector/layerInputs.js";
import { type LayerProvider, layerProvider } from "./injector/layerProvider.js";
import { PlannedLayers } from "./injector/PlannedLayers.js";
import { InjectorRefusal } from "./render/compose.js";
import {
  type InjectorView,
  type RolloutProvider,
  rollAfterRemoval,
  rolloutProvider,
} from "./rollout/rolloutProvider.js";
import { containsUnknown } from "./settings/unknown.js";

const planned = new PlannedLayers();

const injectorView: InjectorView = {
  revision: (properties) => revisionOf(injectorOf(properties)),
  async data(api, properties) {
    try {
      return (await readInjector(api, injectorOf(properties))).data;
    } catch (error) {
      if (error instanceof InjectorRefusal) return undefined;
      throw error;
    }
  },
  settled: (api, properties) => layerQueue(api, injectorOf(properties), session).idle(),
  planned(properties) {
    const plan = planned.of(properties);
    const settled = [...(plan?.settings ?? [])].filter(([, settings]) => !containsUnknown(settings));
    const layers = Object.fromEntries(
      settled.map(([target, settings]) => [target, { owner: "planned", settings }]),
    );
    return { layers, lost: plan?.lost ?? false };
  },
};

export function configure(config: StackConfig): void {
  configureSession(config);
}

export const layer: LayerProvider = layerProvider(session, planned, (api, _injector, properties) =>
  rollAfterRemoval(session, injectorView, api, properties),
);

export const rollout: RolloutProvider = rolloutProvider(session, injectorView);
