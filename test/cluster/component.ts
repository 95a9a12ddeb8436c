import { join } from "node:path";
import { type ClusterState, kubeconfigPath } from "./clusterState.js";

export type Component =
  | "etcd"
  | "kube-apiserver"
  | "kube-controller-manager"
  | "kube-scheduler"
  | "kwok"
  | "egress"
  | "istiod"
  | `istiod-${string}`;

const PORTS_BEFORE_ISTIOD = 3;
const PORTS_PER_ISTIOD = 6;

type Istiods = Pick<ClusterState, "revisions" | "replicas">;

/** Every istiod, the default one first. */
export function istiodsOf({ revisions, replicas }: Istiods): Component[] {
  return ["istiod", ...[...revisions, ...replicas].map((name) => `istiod-${name}` as const)];
}

export function componentsOf(istiods: Istiods): Component[] {
  return [
    "etcd",
    ...(istiods.replicas.length > 0 ? (["egress"] as const) : []),
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kwok",
    ...istiodsOf(istiods),
  ];
}

export function portCount(istiods: Istiods): number {
  return PORTS_BEFORE_ISTIOD + PORTS_PER_ISTIOD * istiodsOf(istiods).length;
}

export function etcdUrl(state: ClusterState): string {
  return `http://127.0.0.1:${state.portBase}`;
}

export function apiServerUrl(state: ClusterState): string {
  return `https://127.0.0.1:${state.portBase + 2}`;
}

/** `name` is a revision's or a replica's, undefined for the default istiod. */
export function istiodPorts(state: ClusterState, name: string | undefined) {
  const index = name === undefined ? 0 : istiodsOf(state).indexOf(`istiod-${name}`);
  const first = state.portBase + PORTS_BEFORE_ISTIOD + PORTS_PER_ISTIOD * index;
  return {
    injection: first,
    http: first + 1,
    grpc: first + 2,
    secureGrpc: first + 3,
    monitoring: first + 4,
    controlZ: first + 5,
  };
}

/** What follows `istiod-`. */
export function istiodName(component: Component): string | undefined {
  return component.startsWith("istiod-") ? component.slice("istiod-".length) : undefined;
}

/** The binary's arguments and environment for one component. */
export function commandOf(
  state: ClusterState,
  component: Component,
): { args: string[]; env: Record<string, string> } {
  const file = (name: string) => join(state.directory, name);
  switch (component) {
    case "etcd": {
      const peer = `http://127.0.0.1:${state.portBase + 1}`;
      return command("etcd", {
        "data-dir": file("etcd"),
        "listen-client-urls": etcdUrl(state),
        "advertise-client-urls": etcdUrl(state),
        "listen-peer-urls": peer,
        "initial-advertise-peer-urls": peer,
        "initial-cluster": `default=${peer}`,
        "log-level": "warn",
        // The data needs to survive this process, not the machine.
        "unsafe-no-fsync": "true",
      });
    }
    case "kube-apiserver":
      return command("kube-apiserver", {
        "etcd-servers": etcdUrl(state),
        "bind-address": "127.0.0.1",
        "advertise-address": "127.0.0.1",
        "secure-port": String(state.portBase + 2),
        "cert-dir": file("certificates"),
        "token-auth-file": file("tokens.csv"),
        "authorization-mode": "Node,RBAC",
        "allow-privileged": "true",
        "service-cluster-ip-range": "10.96.0.0/16",
        "service-account-issuer": "https://kubernetes.default.svc",
        "service-account-key-file": file("service-account.pub"),
        "service-account-signing-key-file": file("service-account.key"),
        // An endpoint on loopback is not a valid one.
        "endpoint-reconciler-type": "none",
        // Nodes would be born with a not-ready taint that only the node lifecycle controller takes off.
        "disable-admission-plugins": "TaintNodesByCondition",
        ...(state.audit === undefined
          ? {}
          : { "audit-log-path": state.audit, "audit-policy-file": join(__dirname, "audit-policy.yaml") }),
        ...(state.replicas.length === 0 ? {} : { "egress-selector-config-file": egressConfigPath(state) }),
      });
    case "egress":
      return command("egress", { socket: egressSocket(state), table: egressTablePath(state) });
    case "kube-controller-manager":
      return command("kube-controller-manager", {
        ...clientOfApiServer(state),
        "service-account-private-key-file": file("service-account.key"),
        "root-ca-file": file("certificates/apiserver.crt"),
        // Nodes have no heartbeats here, and stopping the API server or kwok must not make all pods move.
        controllers: "*,-node-lifecycle-controller",
        // It makes this folder if it isn't there, and the default is outside of ours.
        "flex-volume-plugin-dir": file("volume-plugins"),
        "concurrent-deployment-syncs": "20",
        "concurrent-replicaset-syncs": "20",
        "concurrent-namespace-syncs": "20",
      });
    case "kube-scheduler":
      return command("kube-scheduler", clientOfApiServer(state));
    case "kwok":
      return {
        args: [
          "kwok",
          `--kubeconfig=${kubeconfigPath(state)}`,
          "--manage-all-nodes=true",
          "--node-lease-duration-seconds=0",
          ...["options", "node", "pod"].map((name) => `--config=${join(__dirname, "kwok", `${name}.yaml`)}`),
        ],
        env: {},
      };
    default:
      return istiod(state, istiodName(component));
  }
}

function istiod(state: ClusterState, given: string | undefined) {
  const ports = istiodPorts(state, given);
  const revision = given !== undefined && state.replicas.includes(given) ? undefined : given;
  const address = (port: number) => `127.0.0.1:${port}`;
  const { args } = command("discovery", {
    kubeconfig: kubeconfigPath(state),
    httpAddr: address(ports.http),
    httpsAddr: address(ports.injection),
    grpcAddr: address(ports.grpc),
    secureGRPCAddr: address(ports.secureGrpc),
    monitoringAddr: address(ports.monitoring),
    ctrlz_address: "127.0.0.1",
    ctrlz_port: String(ports.controlZ),
    kubernetesApiQPS: "500",
    kubernetesApiBurst: "1000",
  });
  const name = revision ?? "default";
  const env = {
    POD_NAMESPACE: "istio-system",
    POD_NAME: `istiod-${given ?? "default"}`,
    REVISION: name,
    // The name in its serving certificate, which is the one the webhook's URL has.
    ISTIOD_CUSTOM_HOST: "localhost",
    INJECTION_WEBHOOK_CONFIG_NAME: injectionWebhookName(revision),
    // Nobody applied it, so there is none to patch.
    VALIDATION_WEBHOOK_CONFIG_NAME: "",
    // Newer ones decide by the kubelets' versions, older ones have to be told.
    ...(state.istio === undefined ? {} : { ENABLE_NATIVE_SIDECARS: String(state.sidecars === "native") }),
  };
  return { args: ["pilot-discovery", ...args], env };
}

export function injectionWebhookName(revision: string | undefined): string {
  return revision === undefined ? "istio-sidecar-injector" : `istio-sidecar-injector-${revision}`;
}

/** The API server's way to pods, where it has one. */
export function egressConfig(state: ClusterState): object {
  const transport = { uds: { udsName: egressSocket(state) } };
  return {
    apiVersion: "apiserver.k8s.io/v1beta1",
    kind: "EgressSelectorConfiguration",
    egressSelections: [{ name: "cluster", connection: { proxyProtocol: "HTTPConnect", transport } }],
  };
}

export function egressConfigPath({ directory }: ClusterState): string {
  return join(directory, "egress-config.json");
}

/** Pod address -> address on loopback, as JSON. */
export function egressTablePath({ directory }: ClusterState): string {
  return join(directory, "egress.json");
}

function egressSocket({ directory }: ClusterState): string {
  return join(directory, "egress.sock");
}

function clientOfApiServer(state: ClusterState): Record<string, string> {
  return {
    kubeconfig: kubeconfigPath(state),
    "leader-elect": "false",
    "secure-port": "0",
    "kube-api-qps": "500",
    "kube-api-burst": "1000",
  };
}

function command(name: string, flags: Record<string, string>) {
  return { args: [name, ...Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`)], env: {} };
}
