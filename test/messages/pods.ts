import { sidecarWarnings } from "../../provider/explain/sidecarWarnings";
import type { SettingValue } from "../../provider/settings/declarations";
import type { Situation } from "./Situation";

type Values = Readonly<Record<string, SettingValue>>;

function warnings(
  values: Values,
  spec: object = {},
  mesh: { native?: boolean; cni?: boolean } = { native: false },
) {
  return sidecarWarnings({ spec: { containers: [], ...spec } }, values, new Map(), mesh).join("\n");
}

/** What `explain` warns about: settings that are valid, and seldom meant together. */
export const pods: readonly Situation[] = [
  [
    "a hook in place of Istio's own",
    () => warnings({ "lifecycle.preStop": "sleep 5" }, {}, { native: true }),
  ],
  [
    "a Job's pod that waits for its sidecar",
    () => warnings({ holdApplicationUntilProxyStarts: true }, { restartPolicy: "Never" }),
  ],
  ["more threads than cores", () => warnings({ concurrency: "4", "proxyResources.limits.cpu": "1" })],
  [
    "excluded ports that are not captured anyway",
    () => warnings({ "capture.includeInboundPorts": "8080", "capture.excludeInboundPorts": "9300" }),
  ],
  [
    "excluded ranges where nothing is captured",
    () =>
      warnings({ "capture.includeOutboundIPRanges": "", "capture.excludeOutboundIPRanges": "10.1.0.0/16" }),
  ],
  ["a drain that is longer than the grace period", () => warnings({ terminationDrainDuration: "45s" })],
  [
    "no interception, with Istio's CNI plugin",
    () => warnings({ interceptionMode: "NONE" }, {}, { cni: true }),
  ],
  [
    "no captured ranges, with Istio's CNI plugin",
    () => warnings({ "capture.includeOutboundIPRanges": "" }, {}, { cni: true }),
  ],
  [
    "an istio-init of the pod's own, with Istio's CNI plugin",
    () => warnings({}, { initContainers: [{ name: "istio-init" }] }, { cni: true }),
  ],
];
