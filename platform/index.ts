import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  GlobalSidecarSettings,
  type GlobalSidecarSettingsArgs,
  NamespaceSidecarSettings,
  type NamespaceSidecarSettingsArgs,
} from "pulumi-istio-sidecar";
import { parse } from "yaml";

/** settings.yaml: the arguments of the two components, namespaces by name. */
interface Settings {
  global?: GlobalSidecarSettingsArgs;
  namespaces?: Record<string, Omit<NamespaceSidecarSettingsArgs, "namespace">>;
}

const file = join(__dirname, "..", "settings.yaml");
const { global, namespaces = {}, ...unknown } = (parse(readFileSync(file, "utf8")) ?? {}) as Settings;
if (Object.keys(unknown).length > 0) {
  throw new Error(`settings.yaml: found ${Object.keys(unknown).join(", ")}; wanted global and namespaces`);
}

if (global) new GlobalSidecarSettings("global", global);
for (const [namespace, settings] of Object.entries(namespaces)) {
  new NamespaceSidecarSettings(namespace, { namespace, ...settings });
}
