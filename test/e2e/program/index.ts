import * as pulumi from "@pulumi/pulumi";
import {
  GlobalSidecarSettings,
  NamespaceSidecarSettings,
  type SidecarSettings,
  sidecarSettingsTransform,
  WorkloadSidecarSettings,
  withSidecarSettings,
} from "pulumi-istio-sidecar";

/** What a test wants: the arguments of each component. */
interface Plan {
  global?: ConstructorParameters<typeof GlobalSidecarSettings>[1];
  /** Namespace -> arguments. */
  namespaces?: Record<string, Omit<ConstructorParameters<typeof NamespaceSidecarSettings>[1], "namespace">>;
  /** Resource name -> arguments. */
  workloads?: Record<string, ConstructorParameters<typeof WorkloadSidecarSettings>[1]>;
  /** Deployments of the program's own, `namespace/name` -> settings that their pods say themselves. */
  deployments?: Record<string, SidecarSettings>;
  /** Manifests that a component of the Kubernetes package brings: of its first kind, and of the one that runs in the plugin. */
  yaml?: { v1?: string; v2?: string };
  /** Settings that a transform puts on every Deployment of the stack. */
  transform?: SidecarSettings;
}

// loaded where a plan has objects of its own: it takes longer than the rest of a program
const kubernetes = () => require("@pulumi/kubernetes") as typeof import("@pulumi/kubernetes");

const config = new pulumi.Config();
const plan = JSON.parse(config.require("plan")) as Plan;
const sealed = config.getSecret("kubeconfig");

if (plan.transform) pulumi.runtime.registerResourceTransform(sidecarSettingsTransform(plan.transform));

if (plan.global) new GlobalSidecarSettings("mesh", { injectorTimeout: "20s", ...plan.global });

export const effective: Record<string, pulumi.Output<unknown>> = {};
for (const [namespace, args] of Object.entries(plan.namespaces ?? {})) {
  const settings = new NamespaceSidecarSettings(namespace, {
    namespace,
    injectorTimeout: "20s",
    ...args,
    ...(sealed ? { cluster: { kubeconfig: sealed } } : {}),
  });
  effective[namespace] = settings.effective;
}

for (const [name, args] of Object.entries(plan.workloads ?? {}))
  new WorkloadSidecarSettings(name, { injectorTimeout: "20s", ...args });

for (const [place, settings] of Object.entries(plan.deployments ?? {})) {
  const [namespace = "", name = ""] = place.split("/");
  const labels = { app: name };
  const template = {
    metadata: { labels },
    spec: { containers: [{ name: "app", image: pulumi.output("app:1") }] },
  };
  new (kubernetes().apps.v1.Deployment)(name, {
    metadata: { namespace, name },
    spec: { selector: { matchLabels: labels }, template: withSidecarSettings(template, settings) },
  });
}

if (plan.yaml?.v1) new (kubernetes().yaml.ConfigGroup)("first", { yaml: plan.yaml.v1 });
if (plan.yaml?.v2) new (kubernetes().yaml.v2.ConfigGroup)("second", { yaml: plan.yaml.v2 });
