import * as pulumi from "@pulumi/pulumi";
import { GlobalSidecarSettings, NamespaceSidecarSettings } from "pulumi-istio-sidecar";

/** What a test wants: the arguments of each component. */
interface Plan {
  global?: ConstructorParameters<typeof GlobalSidecarSettings>[1];
  /** Namespace -> arguments. */
  namespaces?: Record<string, Omit<ConstructorParameters<typeof NamespaceSidecarSettings>[1], "namespace">>;
}

const config = new pulumi.Config();
const plan = JSON.parse(config.require("plan")) as Plan;
const sealed = config.getSecret("kubeconfig");

if (plan.global) new GlobalSidecarSettings("mesh", { patience: "20s", ...plan.global });

export const effective: Record<string, pulumi.Output<unknown>> = {};
for (const [namespace, args] of Object.entries(plan.namespaces ?? {})) {
  const settings = new NamespaceSidecarSettings(namespace, {
    namespace,
    patience: "20s",
    ...args,
    ...(sealed ? { cluster: { kubeconfig: sealed } } : {}),
  });
  effective[namespace] = settings.effective;
}
