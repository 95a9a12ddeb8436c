import * as pulumi from "@pulumi/pulumi";
import { withoutStack } from "./withoutStack.js";

/** How Pulumi's Kubernetes provider finds a cluster and settings can't: beside the contexts, or without one. */
export const unfollowed = ["cluster", "renderYamlToDirectory"] as const;

/**
 * The cluster that the stack configures for Pulumi's Kubernetes provider. It becomes an input of resources, so that settings leave the
 * former cluster when the stack gets another one.
 * @throws RunError where that is no context of a kubeconfig.
 */
export function stackCluster(component: string): pulumi.Inputs {
  const config = new pulumi.Config("kubernetes");
  const other = unfollowed.find((key) => config.get(key));
  if (other)
    throw withoutStack(new pulumi.RunError(cantFollow(component, `kubernetes:${other} of the stack`)));
  const [context, kubeconfig] = [config.get("context"), config.getSecret("kubeconfig")];
  return { ...(context ? { context } : {}), ...(kubeconfig ? { kubeconfig } : {}) };
}

/** Why a component is refused whose cluster `what` names. */
export function cantFollow(component: string, what: string): string {
  return (
    `${component}: expected a Kubernetes cluster by kubeconfig and context, got ${what}. ` +
    "Pass the argument cluster with one of them."
  );
}
