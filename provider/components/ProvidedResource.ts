import * as pulumi from "@pulumi/pulumi";

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
    const [token, code] = isPlugin()
      ? [`istio-sidecar:index:${type}`, {}]
      : [`pulumi-nodejs:dynamic/istio-sidecar:${type}`, { __provider }];
    const unset = Object.fromEntries(outputs.map((output) => [output, undefined]));
    super(token, name, { ...properties, ...unset, ...code }, options);
  }
}
