import type { Container, Pod, PodTemplate } from "../../provider/cluster/podTemplate";
import type { SidecarFields } from "../../provider/rollout/sidecarFields";

export const initArgs = [
  "istio-iptables",
  "-i",
  "*",
  "-x",
  "10.0.0.0/8",
  "-b",
  "*",
  "-d",
  "15090,15021,15020",
];
export const amounts = { limits: { cpu: "2", memory: "1Gi" }, requests: { cpu: "100m", memory: "128Mi" } };

/** The containers that the injector adds. */
export const istioInit: Container = { name: "istio-init", args: initArgs, resources: amounts };
export const istioProxy: Container = {
  name: "istio-proxy",
  resources: amounts,
  env: [{ name: "PROXY_CONFIG", value: '{"discoveryAddress":"istiod:15012"}' }],
};
export const application: Container = { name: "api", image: "api:1" };

/** With a native sidecar istio-proxy is an init container, else it stands beside the application. */
export function injectedPod(
  changes: { init?: Partial<Container> | null; proxy?: Partial<Container>; native?: boolean } = {},
): Pod {
  const init = changes.init === null ? [] : [{ ...istioInit, ...changes.init }];
  const proxy = { ...istioProxy, ...changes.proxy };
  return {
    metadata: { name: "api-1" },
    spec: changes.native
      ? { initContainers: [...init, proxy], containers: [application] }
      : { initContainers: init, containers: [application, proxy] },
  };
}

/** What `sidecarFields` reads from `injectedPod()`. */
export const injectedFields: SidecarFields = {
  "istio-proxy limits.cpu": "2",
  "istio-proxy limits.memory": "1Gi",
  "istio-proxy requests.cpu": "100m",
  "istio-proxy requests.memory": "128Mi",
  "istio-init limits.cpu": "2",
  "istio-init limits.memory": "1Gi",
  "istio-init requests.cpu": "100m",
  "istio-init requests.memory": "128Mi",
  "istio-init includeOutboundIPRanges": "*",
  "istio-init excludeOutboundIPRanges": "10.0.0.0/8",
  "istio-init includeInboundPorts": "*",
  "istio-init excludeInboundPorts": "15020,15021,15090",
  "istio-init includeOutboundPorts": "",
  "istio-init excludeOutboundPorts": "",
};

/** A workload's own template, with annotations or containers that decide what settings would. */
export function podTemplate(annotations: Record<string, string> = {}, own: Container[] = []): PodTemplate {
  return { metadata: { annotations }, spec: { containers: [application, ...own] } };
}
