import { capture } from "./declarations/capture.js";
import { lifetime } from "./declarations/lifetime.js";
import { logging } from "./declarations/logging.js";
import { probes } from "./declarations/probes.js";
import { dnsProxy, environment, sidecarProcess } from "./declarations/process.js";
import { resources } from "./declarations/resources.js";
import { telemetry } from "./declarations/telemetry.js";
import type { SettingDeclaration } from "./SettingDeclaration.js";

export type { Rendering, SettingDeclaration, SettingValue } from "./SettingDeclaration.js";

const allButEnvironment: readonly SettingDeclaration[] = [
  ...resources,
  ...capture,
  ...lifetime,
  dnsProxy,
  ...probes,
  ...logging,
  ...sidecarProcess,
  ...telemetry,
];

/** All settings, in the order of the documentation. Validation, merging, rendering, staleness checks and docs derive from them. */
export const declarations: readonly SettingDeclaration[] = [
  ...allButEnvironment,
  environment(new Map(allButEnvironment.flatMap(variablesOf))),
];

export const declarationOf: ReadonlyMap<string, SettingDeclaration> = new Map(
  declarations.map((declaration) => [declaration.path, declaration]),
);

function variablesOf({ path, open, rendering }: SettingDeclaration): [string, string][] {
  const to = rendering("");
  if (open !== undefined) return [];
  if (to.to === "proxyMetadata") return to.names.map((name) => [name, path]);
  return to.to === "proxyConfig" && to.secondsEnv ? [[to.secondsEnv, path]] : [];
}
