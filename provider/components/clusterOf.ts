import * as pulumi from "@pulumi/pulumi";
import { isPlugin } from "./ProvidedResource.js";
import { cantFollow, stackCluster, unfollowed } from "./stackCluster.js";
import { withoutStack } from "./withoutStack.js";

/** What a Kubernetes provider was given, which the SDK's types leave out. */
type KubernetesProvider = Readonly<Record<string, pulumi.Output<string | undefined> | undefined>>;

/** The cluster of a component without a `cluster` argument, as for the program's other resources. */
export function clusterOf(component: pulumi.ComponentResource, name: string): pulumi.Input<pulumi.Inputs> {
  const provider = component.getProvider("kubernetes:core/v1:ConfigMap") as unknown;
  if (provider) return clusterOfProvider(component, name, provider as KubernetesProvider);
  // the plugin's process has been told its configuration, of which the stack's is a part
  return isPlugin() ? {} : stackCluster(name);
}

async function clusterOfProvider(
  component: pulumi.ComponentResource,
  name: string,
  { kubeconfig, context, ...others }: KubernetesProvider,
): Promise<pulumi.Inputs> {
  for (const key of unfollowed)
    if (await isGiven(others[key])) {
      const message = cantFollow(name, `a Kubernetes provider with ${key}`);
      throw withoutStack(new pulumi.ResourceError(message, component, true));
    }
  return {
    ...((await isGiven(kubeconfig)) ? { kubeconfig: pulumi.secret(kubeconfig) } : {}),
    ...((await isGiven(context)) ? { context } : {}),
  };
}

/** In a preview, the SDK makes unknown what a provider was not given. What is unknown itself has a marker for its value. */
async function isGiven(output: pulumi.Output<string | undefined> | undefined): Promise<boolean> {
  const { promise } = (output ?? pulumi.output(undefined)) as unknown as {
    promise: (withUnknowns: true) => Promise<unknown>;
  };
  return (await promise(true)) !== undefined;
}
