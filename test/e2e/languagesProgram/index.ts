import {
  GlobalSidecarSettings,
  NamespaceSidecarSettings,
  WorkloadSidecarSettings,
} from "pulumi-istio-sidecar";

const shop = new NamespaceSidecarSettings("shop", {
  namespace: "shop",
  proxyResources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: 1, memory: "1Gi" } },
  rollout: { maxConcurrent: 1, timeoutPerWorkload: "5m" },
});

const checkout = new WorkloadSidecarSettings("checkout", {
  namespace: "shop",
  selector: { matchLabels: { app: "checkout" } },
  concurrency: 4,
  capture: { excludeOutboundPorts: [9092, 9093] },
});

const mesh = new GlobalSidecarSettings(
  "mesh",
  { terminationDrainDuration: "15s" },
  { dependsOn: [shop, checkout] },
);

export const limits = shop.effective.apply(
  ({ proxyResources }) => (proxyResources as Record<string, unknown>).limits,
);
export const restarted = mesh.rollout.apply((rollout) => rollout.restarted);
