/**
 * The dynamic providers' code. Pulumi keeps `require("pulumi-istio-sidecar/dynamic")` in users' state: this subpath and its
 * exports never change their names.
 */
import { cancelSession, configureSession, type StackConfig, session } from "./cluster/session.js";
import { askReplicas, podGiven, replicasBehind } from "./injector/askReplicas.js";
import { cachedInjector } from "./injector/cachedInjector.js";
import { revisionOf } from "./injector/Injector.js";
import type { InjectorView } from "./injector/InjectorView.js";
import { LayerHistory } from "./injector/LayerHistory.js";
import { layerQueue } from "./injector/LayerQueue.js";
import { injectorOf, podContentOf } from "./injector/layerInputs.js";
import { layerProvider } from "./injector/layerProvider.js";
import { NoInjector } from "./injector/NoInjector.js";
import { PlannedLayers } from "./injector/PlannedLayers.js";
import { PutBacks, rollbackLayers } from "./injector/rollbackLayers.js";
import { targetOf } from "./levels/Layer.js";
import { endWithEngine } from "./process/endWithEngine.js";
import { onCancel } from "./process/onCancel.js";
import { publishedProvider } from "./publish/publishedProvider.js";
import { rollAfterRemoval, rolloutProvider } from "./rollout/rolloutProvider.js";

const planned = new PlannedLayers();
const history = new LayerHistory();
const putBacks = new PutBacks();

const injectorView: InjectorView = {
  revision: (properties) => revisionOf(injectorOf(properties)),
  async data(api, properties) {
    try {
      return (await cachedInjector(api, injectorOf(properties))).data;
    } catch (error) {
      if (error instanceof NoInjector) return undefined;
      throw error;
    }
  },
  isSettled: (api, properties) => !layerQueue(api, injectorOf(properties), session).isBusy,
  settled: (api, properties) => layerQueue(api, injectorOf(properties), session).idle(),
  planned: (properties) => ({
    layers: planned.known(properties),
    lost: planned.of(properties)?.lost ?? false,
  }),
  removed: (properties) => history.removed(properties),
  async replicasBehind(api, properties, namespace, template, stamp) {
    const probe = { name: "a new pod", template };
    const asked = await askReplicas(api, injectorOf(properties), namespace, probe);
    return "message" in asked ? [] : replicasBehind(asked.answers, stamp);
  },
  async askIstiod(api, properties, namespace, template) {
    const asked = await askReplicas(api, injectorOf(properties), namespace, { template });
    return "message" in asked ? undefined : podGiven(asked.answers);
  },
  noteFormer(properties, former) {
    if (former) history.noteRolled(properties, former);
    else history.noteNeverRolled(properties);
  },
  noteRolled(properties) {
    const layer = planned.of(properties)?.layers.get(targetOf(properties));
    if (!layer) return undefined;
    history.noteRolled(properties, podContentOf(layer));
    return podContentOf(layer);
  },
  putBacks: (properties) => putBacks.of(properties),
  isPutBack: (properties) =>
    putBacks.of(properties).some(({ targets }) => targets.includes(targetOf(properties))),
  async putBack(api, properties) {
    const putBack = await rollbackLayers(session, planned, history, api, properties);
    if (putBack) putBacks.add(properties, putBack);
    return putBack;
  },
};

let isWatching = false;

/** Once for each provider, before anything else. */
const configure = async (request: { config: StackConfig }): Promise<void> => {
  configureSession(request.config);
  if (isWatching) return;
  isWatching = true;
  onCancel(cancelSession);
  endWithEngine(process.argv[2], () => process.exit(1));
};

export const layer = {
  ...layerProvider(session, planned, history, (api, _injector, properties) =>
    rollAfterRemoval(session, injectorView, api, properties),
  ),
  configure,
};

export const rollout = { ...rolloutProvider(session, injectorView), configure };

export const published = { ...publishedProvider(session, injectorView), configure };
