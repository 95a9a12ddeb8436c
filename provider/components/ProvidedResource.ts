import { createRequire } from "node:module";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { RolloutSummary } from "../rollout/execute/RolloutSummary.js";
import type { NestedSettings } from "../settings/canonicalSettings.js";
import { refusal } from "./refusal.js";

/** The exports of `pulumi-istio-sidecar/dynamic` that implement resources. */
type Part = "layer" | "rollout" | "published";

let registered = false;

/**
 * Makes resources the plugin's own: this process is the plugin, which implements them itself. A dynamic provider doesn't work there: Pulumi
 * starts it in the program's folder, and a program in another language has no node_modules.
 */
export function registerAsPlugin(): void {
  registered = true;
}

/** Whether this process is the plugin. */
export function isPlugin(): boolean {
  return registered;
}

/**
 * A dynamic resource that runs the installed package's code. Pulumi stores the text of `__provider` twice in each resource's state, and
 * runs it from the program's folder. `pulumi.dynamic.Resource` would serialize a function to 2 kB of text with the SDK's own compiler:
 * that would be half of a large mesh's state, rewritten at each step, and would change in every resource with the SDK or runtime.
 */
abstract class ProvidedResource extends pulumi.CustomResource {
  /** `outputs`: names of the provider's outputs. */
  constructor(
    part: Part,
    type: string,
    name: string,
    properties: pulumi.Inputs,
    outputs: readonly string[],
    options: pulumi.CustomResourceOptions,
  ) {
    const __provider = `exports.handler = () => require("pulumi-istio-sidecar/dynamic").${part};`;
    if (!isPlugin()) requireInstalled();
    const [token, code] = isPlugin()
      ? [`istio-sidecar:index:${type}`, {}]
      : [`pulumi-nodejs:dynamic/istio-sidecar:${type}`, { __provider }];
    const unset = Object.fromEntries(outputs.map((output) => [output, undefined]));
    const { stackTraceLimit } = Error;
    // The SDK keeps four stack traces per property, to name promises that never settle. In a program run by ts-node that is a third of its
    // CPU time. One frame is left, for a transformation that throws.
    Error.stackTraceLimit = 1;
    try {
      super(token, name, { ...properties, ...unset, ...code }, options);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  }
}

/** One level's settings for one target, in the injector's ConfigMap. */
export class SettingsLayer extends ProvidedResource {
  /** The digest that the injector writes on pods; empty for a layer without settings. */
  declare readonly stamp: pulumi.Output<string>;
  /** Settings after merging with the weaker levels, in canonical form. */
  declare readonly effective: pulumi.Output<NestedSettings>;
  /** Setting path -> the level that its effective value comes from. */
  declare readonly sources: pulumi.Output<Record<string, string>>;
  /** `namespace/name` of the injector's ConfigMap. */
  declare readonly configMap: pulumi.Output<string>;

  constructor(name: string, properties: pulumi.Inputs, options: pulumi.CustomResourceOptions) {
    const outputs = ["stamp", "effective", "sources", "configMap"];
    super("layer", "SettingsLayer", name, properties, outputs, options);
  }
}

/** Restarts the workloads whose sidecars are affected by a change of settings. */
export class SidecarRollout extends ProvidedResource {
  /** What the last rollout did. */
  declare readonly summary: pulumi.Output<RolloutSummary>;

  constructor(name: string, properties: pulumi.Inputs, options: pulumi.CustomResourceOptions) {
    super("rollout", "SidecarRollout", name, properties, ["summary"], options);
  }
}

/** Publishes a namespace's effective settings as ConfigMap `sidecar-settings` in it, updated in place. */
export class PublishedSettings extends ProvidedResource {
  /** `namespace/name` of the ConfigMap. */
  declare readonly configMap: pulumi.Output<string>;

  constructor(name: string, properties: pulumi.Inputs, options: pulumi.CustomResourceOptions) {
    super("published", "PublishedSettings", name, properties, ["configMap"], options);
  }
}

let isInstalled = false;

/** Throws where Pulumi will not find the code of dynamic resources, as for a program that is bundled into one file and deployed alone. */
function requireInstalled(): void {
  // mocks run nothing of it
  if (isInstalled || !pulumi.runtime.hasEngine()) return;
  const folder = process.cwd();
  try {
    createRequire(join(folder, "index.js")).resolve("pulumi-istio-sidecar/dynamic");
    isInstalled = true;
  } catch {
    throw refusal(
      `expected the package pulumi-istio-sidecar in node_modules of ${folder} or a folder above it, found none. Pulumi loads it from there, ` +
        "even if the program is bundled: install it there, and leave it out of the bundle.",
    );
  }
}
