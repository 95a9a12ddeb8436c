import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { PodTemplate } from "../cluster/podTemplate.js";
import { type Problem, SettingsError } from "../data/problem.js";
import { type PodSettingsOptions, podTemplateWithSettings } from "../pod/podTemplateWithSettings.js";
import { captureConflicts, resourceConflicts } from "../settings/conflicts.js";
import { parseSettings } from "../settings/parseSettings.js";
import type { SidecarSettings } from "../settings/SidecarSettings.js";
import { refusal } from "./refusal.js";
import type { InputsOf } from "./SidecarSettingsArgs.js";

type PodSettings = InputsOf<SidecarSettings>;
type PodTemplateSpec = types.input.core.v1.PodTemplateSpec;

/**
 * Adds settings to a pod template, at the strongest level: for workloads defined in a Pulumi program.
 *
 * ```ts
 * new k8s.apps.v1.Deployment("api", {
 *   spec: { selector, template: withSidecarSettings(template, { terminationDrainDuration: "20s" }) },
 * });
 * ```
 *
 * Uses Istio's annotations if there are any, for resources only if all four are set; otherwise a container `istio-proxy` or
 * `istio-init` with `image: auto`, which requires that the pods are injected. Whatever else the template sets is kept.
 * Throws a RunError, or rejects with one if settings contain outputs, that names every setting that a pod can't have.
 */
export function withSidecarSettings(
  template: pulumi.Input<PodTemplateSpec>,
  settings: PodSettings,
  options: PodSettingsOptions = {},
): pulumi.Output<PodTemplateSpec> {
  refuseNow(settings);
  return pulumi
    .all([pulumi.output(template), pulumi.output(settings)])
    .apply(
      ([plain, given]) => withSettings(plain as PodTemplate, given, options) as unknown as PodTemplateSpec,
    );
}

/** Workload type -> path of the pod template in its inputs. */
const templatePlaces: ReadonlyMap<string, readonly string[]> = new Map([
  ...["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"].map(
    (kind) => [`kubernetes:apps/v1:${kind}`, ["spec", "template"]] as const,
  ),
  ["kubernetes:batch/v1:Job", ["spec", "template"]] as const,
  ["kubernetes:batch/v1:CronJob", ["spec", "jobTemplate", "spec", "template"]] as const,
  ["kubernetes:core/v1:ReplicationController", ["spec", "template"]] as const,
  ["kubernetes:argoproj.io/v1alpha1:Rollout", ["spec", "template"]] as const,
  ["kubernetes:core/v1:Pod", []] as const,
]);

export interface SidecarSettingsTransformOptions extends PodSettingsOptions {
  /** Which workloads, by Pulumi type, name and inputs. Default: all. */
  filter?: (workload: { type: string; name: string; props: Record<string, unknown> }) => boolean;
}

/**
 * A transform that adds settings to the pods of all workloads below a resource: `transforms: [sidecarSettingsTransform({ … })]` on a
 * component, a Helm chart or YAML, or `pulumi.runtime.registerResourceTransform(…)` for a whole stack.
 */
export function sidecarSettingsTransform(
  settings: PodSettings,
  { filter = () => true, ...options }: SidecarSettingsTransformOptions = {},
): pulumi.ResourceTransform {
  refuseNow(settings);
  return ({ type, name, props, opts }) => {
    const place = templatePlaces.get(type);
    if (!place || !filter({ type, name, props: props as Record<string, unknown> })) return undefined;
    return { props: changedAt(props as Record<string, unknown>, place, settings, options), opts };
  };
}

function changedAt(
  props: Record<string, unknown>,
  place: readonly string[],
  settings: PodSettings,
  options: PodSettingsOptions,
): Record<string, unknown> {
  const [key, ...rest] = place;
  if (key === undefined) {
    const { metadata, spec, ...others } = props;
    const changed = withSidecarSettings({ metadata, spec } as PodTemplateSpec, settings, options);
    return {
      ...others,
      metadata: changed.apply((pod) => pod.metadata),
      spec: changed.apply((pod) => pod.spec),
    };
  }
  return {
    ...props,
    [key]: pulumi
      .output(props[key] as pulumi.Input<object>)
      .apply((inner) =>
        rest.length > 0
          ? pulumi.output(changedAt(inner as Record<string, unknown>, rest, settings, options))
          : withSidecarSettings(inner as PodTemplateSpec, settings, options),
      ),
  };
}

// without outputs, throw right away: before anything is registered
function refuseNow(settings: PodSettings): void {
  if (!containsOutput(settings)) withSettings({ spec: { containers: [] } }, settings, {});
}

function containsOutput(value: unknown): boolean {
  if (pulumi.Output.isInstance(value) || value instanceof Promise) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(containsOutput);
}

function withSettings(template: PodTemplate, given: unknown, options: PodSettingsOptions): PodTemplate {
  const read = parseSettings(given);
  // doesn't check `needs`: at the pod level, Istio evaluates each setting on its own
  const found = [...read.problems, ...captureConflicts(read.value), ...resourceConflicts(read.value)];
  if (found.length > 0) throw refusalOf(found);
  const { template: changed, problems } = podTemplateWithSettings(template, read.value, options);
  if (problems.length > 0) throw refusalOf(problems);
  return changed;
}

function refusalOf(problems: readonly Problem[]): Error {
  return refusal(new SettingsError("withSidecarSettings", problems).message);
}
