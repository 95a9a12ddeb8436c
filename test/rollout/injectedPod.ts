import type { Container, Pod, PodTemplate } from "../../provider/cluster/podTemplate";
import type { SidecarFields } from "../../provider/pod/sidecarFields";

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
  "-m",
  "REDIRECT",
  "--log_output_level=default:info",
];
export const amounts = { limits: { cpu: "2", memory: "1Gi" }, requests: { cpu: "100m", memory: "128Mi" } };

/** The containers that the injector adds. */
export const istioInit: Container = {
  name: "istio-init",
  image: "istio/proxyv2:1.27.0",
  imagePullPolicy: "IfNotPresent",
  args: initArgs,
  resources: amounts,
};
export const istioProxy: Container = {
  name: "istio-proxy",
  image: "istio/proxyv2:1.27.0",
  imagePullPolicy: "IfNotPresent",
  args: [
    "proxy",
    "sidecar",
    "--proxyLogLevel=warning",
    "--proxyComponentLogLevel=misc:error",
    "--log_output_level=default:info",
  ],
  resources: amounts,
  // the API server leaves a delay of 0 out
  readinessProbe: { httpGet: { port: 15021 }, periodSeconds: 15, failureThreshold: 4 },
  startupProbe: { httpGet: { port: 15021 }, periodSeconds: 1, failureThreshold: 600 },
  securityContext: { privileged: false },
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
  "istio-init excludeInterfaces": "",
  "istio-init interceptionMode": "REDIRECT",
  "istio-init log_output_level": "default:info",
  "istio-proxy log_output_level": "default:info",
  "istio-proxy proxyLogLevel": "warning",
  "istio-proxy proxyComponentLogLevel": "misc:error",
  "istio-proxy kind": "classic",
  "istio-proxy image type": "default",
  "istio-proxy imagePullPolicy": "IfNotPresent",
  "istio-init imagePullPolicy": "IfNotPresent",
  "istio-proxy readinessProbe.initialDelaySeconds": "0",
  "istio-proxy readinessProbe.periodSeconds": "15",
  "istio-proxy readinessProbe.failureThreshold": "4",
  "istio-proxy startupProbe": "true",
  "istio-proxy startupProbe.failureThreshold": "600",
  "istio-proxy securityContext.privileged": "false",
};

/** A workload's own template, with annotations or containers that decide what settings would. */
export function podTemplate(annotations: Record<string, string> = {}, own: Container[] = []): PodTemplate {
  return { metadata: { annotations }, spec: { containers: [application, ...own] } };
}
