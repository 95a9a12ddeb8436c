import { createRequire } from "node:module";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { withoutStack } from "./withoutStack.js";

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
export abstract class ProvidedResource extends pulumi.CustomResource {
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
    super(token, name, { ...properties, ...unset, ...code }, options);
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
    throw withoutStack(
      new pulumi.RunError(
        `expected the package pulumi-istio-sidecar in node_modules of ${folder} or a folder above it, found none. Pulumi loads it from there, ` +
          "even if the program is bundled: install it there, and leave it out of the bundle.",
      ),
    );
  }
}
