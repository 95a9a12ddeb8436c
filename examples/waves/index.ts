import * as pulumi from "@pulumi/pulumi";
import { NamespaceSidecarSettings, type NamespaceSidecarSettingsArgs } from "pulumi-istio-sidecar";

const config = new pulumi.Config();
const canary = config.get("canary") ?? "canary";
const others = (config.get("others") ?? "shop,cart").split(",");

const settings: Omit<NamespaceSidecarSettingsArgs, "namespace"> = {
  proxyResources: { limits: { cpu: config.getNumber("cpu") ?? 3 } },
  // a canary that fails is as it was before, while somebody looks into it
  rollout: { onFailure: "rollback", timeoutPerWorkload: config.get("timeoutPerWorkload") ?? "300s" },
  publish: false,
};

const first = new NamespaceSidecarSettings(canary, { namespace: canary, ...settings });

// written and restarted when every workload of the canary is ready with the new settings; not at all when one is not
for (const namespace of others)
  new NamespaceSidecarSettings(namespace, { namespace, ...settings }, { dependsOn: [first] });
