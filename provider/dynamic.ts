/**
 * The dynamic providers' code. Pulumi keeps `require("pulumi-istio-sidecar/dynamic")` in users' state: this subpath and its
 * exports never change their names.
 */
import { configureSession, type StackConfig, session } from "./cluster/session.js";
import { readInjector } from "./injector/Injector.js";
import { layerQueue } from "./injector/LayerQueue.js";
import { injectorOf, readLayerInputs, targetOf } from "./injector/layerInputs.js";
import { type LayerProvider, layerProvider } from "./injector/layerProvider.js";
import { InjectorRefusal } from "./render/compose.js";
import {
  type InjectorView,
  type RolloutProvider,
  rollAfterRemoval,
  rolloutProvider,
} from "./rollout/rolloutProvider.js";
import { containsUnknown } from "./settings/unknown.js";

const injectorView: InjectorView = {
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
    const plan = properties.__plan as Record<string, unknown> | undefined;
    if (plan === undefined || containsUnknown(plan)) return undefined;
    return { [targetOf(properties)]: { owner: "planned", settings: readLayerInputs(plan).settings } };
  },
};

export function configure(config: StackConfig): void {
  configureSession(config);
}

export const layer: LayerProvider = layerProvider(session, (api, _injector, properties) =>
  rollAfterRemoval(session, injectorView, api, properties),
);

export const rollout: RolloutProvider = rolloutProvider(session, injectorView);
