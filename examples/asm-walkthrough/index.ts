import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { GlobalSidecarSettings, NamespaceSidecarSettings } from "pulumi-istio-sidecar";
import { settingsAfter } from "./steps";

const config = new pulumi.Config();
const step = config.getNumber("step") ?? 0;
const replicas = config.getNumber("replicas") ?? 2;

const shop = new kubernetes.core.v1.Namespace("shop", {
  metadata: { name: "shop", labels: { "istio-injection": "enabled" } },
});

const labels = { app: "api" };
new kubernetes.apps.v1.Deployment(
  "api",
  {
    metadata: { name: "api", namespace: shop.metadata.name },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: "api", image: "ghcr.io/example/api:1.0" }] },
      },
    },
  },
  // the restarts of a rollout are not the program's to undo
  { ignoreChanges: ['spec.template.metadata.annotations["sidecar-settings/restarted-for"]'] },
);

// what no namespace may capture
new GlobalSidecarSettings("mesh", {
  alwaysExclude: { outboundIPRanges: ["192.168.0.1/32"], inboundPorts: [15081, 9191] },
});

new NamespaceSidecarSettings("shop", { namespace: shop.metadata.name, ...settingsAfter(step) });
