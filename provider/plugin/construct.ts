import * as pulumi from "@pulumi/pulumi";
import type { ConstructResult } from "@pulumi/pulumi/provider";
import { stackCluster } from "../components/clusterOf.js";
import { GlobalSidecarSettings } from "../components/GlobalSidecarSettings.js";
import { NamespaceSidecarSettings } from "../components/NamespaceSidecarSettings.js";
import { SidecarMesh } from "../components/SidecarMesh.js";
import type {
  NamespaceSidecarSettingsArgs,
  WorkloadSidecarSettingsArgs,
} from "../components/SidecarSettingsArgs.js";
import { WorkloadSidecarSettings } from "../components/WorkloadSidecarSettings.js";
import { outputsIn, secretArguments } from "../components/withoutSecrets.js";
import type { Injector } from "../injector/Injector.js";
import { type Configuration, namesCluster, withInjector } from "./Configuration.js";

/** Makes a component for a program in another language. */
export async function construct(
  configuration: Configuration,
  name: string,
  type: string,
  inputs: pulumi.Inputs,
  given: pulumi.ComponentResourceOptions,
): Promise<ConstructResult> {
  const options = { ...given, ...(await deletedWithOf(given)) };
  requireReachableCluster(configuration, inputs, options);
  const cluster = clusterInput(configuration, name, inputs);
  if (type === "istio-sidecar:index:SidecarMesh") {
    const injector = withInjector(plainInput(name, inputs).injector as Partial<Injector>, configuration);
    const { urn, effective, rollouts } = new SidecarMesh(name, { ...cluster, ...inputs, injector }, options);
    return { urn, state: { effective, rollouts } };
  }
  const args = { ...cluster, ...inputs, ...injectorInput(configuration, inputs.injector) };
  // before anything is registered: nobody would see that a resource's inputs are rejected later
  const { cluster: _, ...shown } = args;
  const secret = await secretArguments(shown);
  if (secret !== undefined) throw new Error(`${name}: ${secret}`);
  switch (type) {
    case "istio-sidecar:index:GlobalSidecarSettings":
      return levelResult(new GlobalSidecarSettings(name, args, options));
    case "istio-sidecar:index:NamespaceSidecarSettings":
      return levelResult(new NamespaceSidecarSettings(name, args as NamespaceSidecarSettingsArgs, options));
    case "istio-sidecar:index:WorkloadSidecarSettings":
      return levelResult(new WorkloadSidecarSettings(name, args as WorkloadSidecarSettingsArgs, options));
    default:
      throw new Error(`expected a component of the package istio-sidecar, got ${type}. Look at its schema.`);
  }
}

/** The SDK's server takes this option for a provider, whose reference ends in an id, and cuts the URN there. The engine refuses what is left. */
async function deletedWithOf({
  deletedWith,
}: pulumi.ComponentResourceOptions): Promise<pulumi.ComponentResourceOptions> {
  if (!(deletedWith instanceof pulumi.ProviderResource)) return {};
  const [urn, rest] = await Promise.all(
    [deletedWith.urn, deletedWith.id].map(
      (output) => new Promise<string>((resolve) => output.apply((text) => resolve(text))),
    ),
  );
  return { deletedWith: new pulumi.DependencyResource(`${urn}::${rest}`) };
}

function levelResult(
  level: GlobalSidecarSettings | NamespaceSidecarSettings | WorkloadSidecarSettings,
): ConstructResult {
  const { urn, effective, sources, rollout } = level;
  return { urn, state: { effective, sources, rollout } };
}

function injectorInput(configuration: Configuration, given: unknown): pulumi.Inputs {
  const injector = withInjector(undefined, configuration);
  if (given === undefined) return Object.keys(injector).length === 0 ? {} : { injector };
  const own = pulumi.output(given as pulumi.Input<Partial<Injector>>);
  return { injector: own.apply((one) => withInjector(one, configuration)) };
}

/** The stack's, if neither this provider nor the component names a cluster: a deletion is told no configuration. */
function clusterInput(configuration: Configuration, name: string, { cluster }: pulumi.Inputs): pulumi.Inputs {
  if (namesCluster(configuration) || cluster !== undefined) return {};
  const found = stackCluster(name);
  return Object.keys(found).length === 0 ? {} : { cluster: found };
}

/** Which components there are depends on a mesh's settings, so that none of them can be another resource's output. */
function plainInput(name: string, inputs: pulumi.Inputs): pulumi.Inputs {
  const [found] = outputsIn(inputs, []);
  if (!found) return inputs;
  throw new Error(
    `${name}: ${found.path.join(".")}: expected a plain value, got an output. Use NamespaceSidecarSettings or WorkloadSidecarSettings for this level.`,
  );
}

/** A Kubernetes provider doesn't pass its cluster on to other packages, so the settings would go to another cluster. */
function requireReachableCluster(
  configuration: Configuration,
  { cluster }: pulumi.Inputs,
  { providers }: pulumi.ComponentResourceOptions,
): void {
  const isGiven = namesCluster(configuration) || cluster !== undefined;
  const isKubernetes = typeof providers === "object" && "kubernetes" in providers;
  if (isGiven || !isKubernetes) return;
  throw new Error(
    "expected the cluster in the argument cluster or in the provider's configuration, got a Kubernetes provider, which tells other packages " +
      "nothing. Pass cluster, or a provider of istio-sidecar with kubeconfig or context.",
  );
}
