import { UnknownValueError } from "@pulumi/policy";

/** The type by which Pulumi knows the settings of one level. */
export const settingsLayerType = "pulumi-nodejs:dynamic/istio-sidecar:SettingsLayer";

/** One level's settings as a policy sees them: checked and in canonical form, so that "2 cores" is "2" and lists are text. */
export interface LayerProperties {
  /** Absent in the global settings. */
  namespace?: string;
  proxyResources?: { limits?: { cpu?: string; memory?: string } };
  capture?: Record<string, string | undefined>;
  alwaysExclude?: Record<string, string | undefined>;
  terminationDrainDuration?: string;
}

/** Who the settings are for, in messages. */
export function targetOf({ namespace }: LayerProperties): string {
  return namespace === undefined ? "the global settings" : `namespace ${namespace}`;
}

/** A preview does not know every value yet; what it does not know is looked at by the update. */
export function unlessUnknown(look: () => void): void {
  try {
    look();
  } catch (error) {
    if (!(error instanceof UnknownValueError)) throw error;
  }
}
