import * as pulumi from "@pulumi/pulumi";

/** The parts of `pulumi-istio-sidecar/dynamic` that carry out a resource. */
type Part = "layer" | "rollout" | "published";

let isPlugin = false;

/**
 * From now on resources are the plugin's own: this process is the plugin, which carries them out itself. A dynamic provider is no way there:
 * Pulumi starts it in the program's folder, and a program in another language has no node_modules.
 */
export function registerAsPlugin(): void {
  isPlugin = true;
}

/**
 * A dynamic resource whose code is the installed package's. Pulumi keeps the text of `__provider` in the state of each resource, twice,
 * and runs it from the program's folder. `pulumi.dynamic.Resource` would serialize a function to 2 kB of it, by a compiler of the SDK's
 * own: half of a large mesh's state, written anew at each step, and another text in every resource with another SDK or runtime.
 */
export abstract class ProvidedResource extends pulumi.CustomResource {
  /** `outputs`: names of what the provider adds. */
  constructor(
    part: Part,
    type: string,
    name: string,
    properties: pulumi.Inputs,
    outputs: readonly string[],
    options: pulumi.CustomResourceOptions,
  ) {
    const __provider = `exports.handler = () => require("pulumi-istio-sidecar/dynamic").${part};`;
    const [token, code] = isPlugin
      ? [`istio-sidecar:index:${type}`, {}]
      : [`pulumi-nodejs:dynamic/istio-sidecar:${type}`, { __provider }];
    const unset = Object.fromEntries(outputs.map((output) => [output, undefined]));
    super(token, name, { ...properties, ...unset, ...code }, options);
  }
}
