import { UnknownValueError } from "@pulumi/policy";

/** The types by which Pulumi knows the settings of one level: of TypeScript programs, and of programs in other languages. */
export const settingsLayerTypes: readonly string[] = [
  "pulumi-nodejs:dynamic/istio-sidecar:SettingsLayer",
  "istio-sidecar:index:SettingsLayer",
];

/** One level's settings as a policy sees them: checked and in canonical form, so that "2 cores" is "2" and lists are text. */
export interface LayerProperties {
  /** Absent in the global settings. */
  namespace?: string;
  /** The name of a workload's settings. */
  workload?: string;
  proxyResources?: { limits?: { cpu?: string; memory?: string } };
  capture?: Record<string, string | undefined>;
  alwaysExclude?: Record<string, string | undefined>;
  terminationDrainDuration?: string;
}

/** Who the settings are for, in messages. */
export function targetOf({ namespace, workload }: LayerProperties): string {
  if (namespace === undefined) return "the global settings";
  return workload === undefined ? `namespace ${namespace}` : `workload ${namespace}/${workload}`;
}

/** A preview does not know every value yet; what it does not know is looked at by the update. */
export function unlessUnknown(look: () => void): void {
  try {
    look();
  } catch (error) {
    if (!(error instanceof UnknownValueError)) throw error;
  }
}
