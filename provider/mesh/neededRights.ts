import { publishedName } from "../publish/publishedConfigMap.js";

/** One right that a Pulumi command needs, in RBAC's terms. */
export interface NeededRight {
  verb: string;
  group: string;
  resource: string;
  subresource?: string;
  /** Only in Istio's namespace, on the injector's ConfigMap. */
  onInjector?: boolean;
  /** Only on the object of this name. */
  name?: string;
  /** Whether `preview` needs it, or only `up`, or only a rollout option. */
  for: "preview" | "up" | "option";
  /** What it is for, and so what is missing without it. */
  why: string;
}

const workloads = ["deployments", "statefulsets", "daemonsets"];

/** The rights for `pulumi preview` and `pulumi up`, and those that some rollout options need in addition. */
export const neededRights: readonly NeededRight[] = [
  {
    verb: "get",
    group: "",
    resource: "configmaps",
    onInjector: true,
    for: "preview",
    why: "reads the settings",
  },
  {
    verb: "list",
    group: "",
    resource: "pods",
    for: "preview",
    why: "sees which pods have a sidecar, and what it is",
  },
  {
    verb: "create",
    group: "",
    resource: "pods",
    for: "preview",
    why: "asks the injector what it would give a pod; only ever as a dry run",
  },
  ...workloads.flatMap((resource) =>
    ["get", "list"].map((verb) => ({
      verb,
      group: "apps",
      resource,
      for: "preview" as const,
      why: "sees which workloads restart",
    })),
  ),
  {
    verb: "update",
    group: "",
    resource: "configmaps",
    onInjector: true,
    for: "up",
    why: "writes the settings",
  },
  ...workloads.map((resource) => ({
    verb: "patch",
    group: "apps",
    resource,
    for: "up" as const,
    why: "restarts workloads",
  })),
  ...["create", "patch", "delete"].map((verb) => ({
    verb,
    group: "",
    resource: "configmaps",
    name: publishedName,
    for: "up" as const,
    why: "publishes a namespace's settings; not needed with publish: false",
  })),
  { verb: "list", group: "", resource: "namespaces", for: "up", why: "verifies global settings" },
  {
    verb: "get",
    group: "",
    resource: "namespaces",
    for: "option",
    why: "reads opt-outs, orders and maintenance windows on namespaces",
  },
  {
    verb: "create",
    group: "",
    resource: "pods",
    subresource: "eviction",
    for: "option",
    why: "rollout strategy evict",
  },
];
