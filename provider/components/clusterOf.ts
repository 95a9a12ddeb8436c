import * as pulumi from "@pulumi/pulumi";
import { isPlugin } from "./ProvidedResource.js";
import { refusal } from "./refusal.js";

/** What a Kubernetes provider was given, which the SDK's types leave out. */
type KubernetesProvider = Readonly<Record<string, pulumi.Output<string | undefined> | undefined>>;

/** How Pulumi's Kubernetes provider finds a cluster and settings can't: beside the contexts, or without one. */
const unfollowed = ["cluster", "renderYamlToDirectory"] as const;

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
    if (await isGiven(others[key]))
      throw refusal(cantFollow(name, `a Kubernetes provider with ${key}`), component);
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

/**
 * The cluster that the stack configures for Pulumi's Kubernetes provider. It becomes an input of resources, so that settings leave the
 * former cluster when the stack gets another one.
 * @throws RunError where that is no context of a kubeconfig.
 */
export function stackCluster(component: string): pulumi.Inputs {
  const config = new pulumi.Config("kubernetes");
  const other = unfollowed.find((key) => config.get(key));
  if (other) throw refusal(cantFollow(component, `kubernetes:${other} of the stack`));
  const [context, kubeconfig] = [config.get("context"), config.getSecret("kubeconfig")];
  return { ...(context ? { context } : {}), ...(kubeconfig ? { kubeconfig } : {}) };
}

/** Why a component is refused whose cluster `what` names. */
function cantFollow(component: string, what: string): string {
  return (
    `${component}: expected a Kubernetes cluster by kubeconfig and context, got ${what}. ` +
    "Pass the argument cluster with one of them."
  );
}
