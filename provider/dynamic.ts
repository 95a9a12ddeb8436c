/**
 * The dynamic providers' code. Pulumi keeps `require("pulumi-istio-sidecar/dynamic")` in users' state: this subpath and its
 * exports never change their names.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cancelSession, configureSession, type StackConfig, session } from "./cluster/session.js";
import { helpAddress, homeIn } from "./data/helpAddress.js";
import { Coordinators } from "./injector/Coordinators.js";
import { layerProvider } from "./injector/layerProvider.js";
import type { ResourceProvider } from "./injector/ResourceProvider.js";
import { withHelp } from "./injector/withHelp.js";
import { endWithEngine } from "./process/endWithEngine.js";
import { onCancel } from "./process/onCancel.js";
import { publishedProvider } from "./publish/publishedProvider.js";
import { rollAfterRemoval, rolloutProvider } from "./rollout/rolloutProvider.js";

const coordinators = new Coordinators(session);

const home = homeIn(JSON.parse(readFileSync(join(__dirname, "../package.json"), "utf8")));
const explained = (provider: ResourceProvider) => withHelp(provider, (message) => helpAddress(message, home));

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
  ...explained(
    layerProvider(coordinators, (api, properties) => rollAfterRemoval(coordinators, api, properties)),
  ),
  configure,
};

export const rollout = { ...explained(rolloutProvider(coordinators)), configure };

export const published = { ...explained(publishedProvider(coordinators)), configure };
