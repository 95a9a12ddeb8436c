import * as pulumi from "@pulumi/pulumi";

/** A resource as a program registers it with the engine. */
export interface Recorded {
  name: string;
  /** The types of its parents and its own, joined by `$`. */
  lineage: string;
  inputs: Record<string, unknown>;
}

export const layerType = "pulumi-nodejs:dynamic/istio-sidecar:SettingsLayer";
export const rolloutType = "pulumi-nodejs:dynamic/istio-sidecar:SidecarRollout";
export const publishedType = "pulumi-nodejs:dynamic/istio-sidecar:PublishedSettings";

/**
 * What a program registers, without an engine and in order: each resource comes to be with its inputs, and a layer with what
 * its provider would add. In a preview the SDK takes outputs that no resource has for unknown.
 */
export async function recordedResources(program: () => unknown, preview = false): Promise<Recorded[]> {
  const recorded: Omit<Recorded, "lineage">[] = [];
  await pulumi.runtime.setMocks(
    {
      call: () => ({}),
      newResource: async ({ name, type, inputs }) => {
        recorded.push({ name, inputs });
        // what depends on it is registered later, or would be seen here
        if (type === layerType) await new Promise((resolve) => setTimeout(resolve, 20));
        return { id: `${name}-id`, state: { ...inputs, ...(type === layerType ? layerOutputs : {}) } };
      },
    },
    "mesh",
    "prod",
    preview,
    "acme",
  );
  program();
  await pulumi.runtime.disconnect();
  const { resources } = pulumi.runtime.getMonitor() as unknown as { resources: ReadonlyMap<string, unknown> };
  const lineages = new Map(
    [...resources.keys()].map((urn) => {
      const [, , lineage = "", name = ""] = urn.split("::");
      return [name, lineage];
    }),
  );
  return recorded.map((one) => ({ ...one, lineage: lineages.get(one.name) ?? "" }));
}

const layerOutputs = {
  stamp: "feedc0ffee00",
  effective: { dnsProxy: true },
  sources: { dnsProxy: "namespace" },
  configMap: "istio-system/istio-sidecar-injector",
};

/** The inputs of one resource that people give, without the provider's text. */
export function inputsOf(recorded: readonly Recorded[], name: string): Record<string, unknown> {
  const found = recorded.find((one) => one.name === name);
  if (!found) throw new Error(`no ${name} among ${recorded.map((one) => one.name).join(", ")}`);
  const { __provider, ...inputs } = found.inputs;
  return inputs;
}

/** The provider's text, which Pulumi keeps in users' state. */
export function providerText(recorded: readonly Recorded[], name: string): string {
  return String(recorded.find((one) => one.name === name)?.inputs.__provider);
}
