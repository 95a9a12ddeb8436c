import type { Level } from "../../provider/levels/effectiveSettings";
import type { MeshStatus, NamespaceStatus, WorkloadStatus } from "../../provider/mesh/MeshStatus";

/** A mesh with as many namespaces and workloads, of every state and source, the same at each call. */
export function largeMesh(namespaces: number, workloadsEach: number): MeshStatus {
  return {
    server: "https://mesh.example.com:6443",
    context: "prod-eu",
    at: "2026-11-22T09:30:00.000Z",
    injectors: [
      { configMap: "istio-system/istio-sidecar-injector", revision: "default", istio: "1.31.0", layers: 12 },
    ],
    namespaces: Array.from({ length: namespaces }, (_, at) => namespace(at, workloadsEach)),
    notes: [],
  };
}

function namespace(at: number, workloads: number): NamespaceStatus {
  const own = at % 3 === 0;
  const from = (source: Level, value: string | boolean) => ({ value, source });
  return {
    name: `team-${String(at).padStart(3, "0")}`,
    revision: "default",
    ...(own ? { owner: `acme/team-${at}/prod:settings` } : {}),
    settings: {
      "proxyResources.limits.cpu": own ? from("namespace", "1500m") : from("installed", "2"),
      "proxyResources.limits.memory": from("installed", "1Gi"),
      "proxyResources.requests.cpu": from("installed", "100m"),
      "capture.includeOutboundIPRanges": from("installed", "*"),
      "capture.excludeInboundPorts": own ? from("namespace", "15081,9191,7013") : from("installed", ""),
      terminationDrainDuration: from("global", "10s"),
      ...(at % 5 === 0 ? { dnsProxy: from("namespace", true) } : {}),
      "alwaysExclude.outboundIPRanges": from("global", "169.254.169.254/32"),
    },
    ...(at % 4 === 0
      ? {
          workloadSettings: [
            {
              name: "checkout",
              owner: `acme/team-${at}/prod:checkout`,
              selector: "app in (checkout,checkout-worker)",
              priority: 0,
              settings: {
                "proxyResources.limits.cpu": from("workload", "4"),
                terminationDrainDuration: from("global", "10s"),
                logLevel: from("workload", "debug"),
              },
            },
          ],
        }
      : {}),
    workloads: Array.from({ length: workloads }, (_, nth) => workload(at, nth)),
  };
}

function workload(at: number, nth: number): WorkloadStatus {
  const about = { name: `Deployment/service-${String(nth).padStart(2, "0")}`, pods: 1 + ((at + nth) % 4) };
  switch ((at * 7 + nth) % 40) {
    case 0:
      return {
        ...about,
        state: "stale",
        stalePods: about.pods,
        differences: [
          { field: "istio-proxy limits.cpu", from: "2", to: "1500m" },
          { field: "istio-init excludeInboundPorts", from: undefined, to: "7013,9191,15081" },
        ],
      };
    case 1:
      return { ...about, state: "waiting", why: "paused" };
    case 2:
      return { ...about, state: "masked", decidedByPod: ["proxyResources.limits.cpu"] };
    case 3:
      return {
        ...about,
        name: `Job/nightly-${nth}`,
        state: "unmanaged",
        why: "a Job is not restarted: its next run has the settings",
      };
    case 4:
      return {
        ...about,
        state: "stale",
        stalePods: 1,
        differences: [{ field: "istio-proxy env TERMINATION_DRAIN_DURATION_SECONDS", from: "5", to: "10" }],
        progress: "1 of 3 new pods available",
      };
    default:
      return { ...about, state: "current" };
  }
}
