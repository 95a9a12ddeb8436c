import { publishedName } from "../publish/publishedConfigMap.js";

/** One right that a Pulumi command needs, in RBAC's terms. */
export interface NeededRight {
  verb: string;
  /** With its group or subresource, as kubectl names it: `deployments.apps`, `pods/eviction`. */
  resource: string;
  /** Only in Istio's namespace, on the injector's ConfigMap. */
  onInjector?: boolean;
  /** Only on the object of this name. */
  name?: string;
  /** Whether `preview` needs it, or only `up`, or only a rollout option. */
  for: "preview" | "up" | "option";
  /** What it is for, and so what is missing without it. */
  why: string;
}

const workloads = ["deployments.apps", "statefulsets.apps", "daemonsets.apps"];

function rights(
  purpose: NeededRight["for"],
  why: string,
  verbs: readonly string[],
  resources: readonly string[],
  only: Pick<NeededRight, "onInjector" | "name"> = {},
): NeededRight[] {
  return resources.flatMap((resource) =>
    verbs.map((verb) => ({ verb, resource, ...only, for: purpose, why })),
  );
}

const asksOnly = "asks the injector what it would give a pod; only ever as a dry run";
const publishes = "publishes a namespace's settings; not needed with publish: false";

/** The rights for `pulumi preview` and `pulumi up`, and those that some rollout options need in addition. */
export const neededRights: readonly NeededRight[] = [
  ...rights("preview", "reads the settings", ["get"], ["configmaps"], { onInjector: true }),
  ...rights("preview", "sees which pods have a sidecar, and what it is", ["list"], ["pods"]),
  ...rights("preview", asksOnly, ["create"], ["pods"]),
  ...rights("preview", "sees which workloads restart", ["get", "list"], workloads),
  ...rights("up", "writes the settings", ["update"], ["configmaps"], { onInjector: true }),
  ...rights("up", "restarts workloads", ["patch"], workloads),
  ...rights("up", publishes, ["create", "patch", "delete"], ["configmaps"], { name: publishedName }),
  ...rights("up", "verifies global settings", ["list"], ["namespaces"]),
  ...rights(
    "option",
    "reads opt-outs, orders and maintenance windows on namespaces",
    ["get"],
    ["namespaces"],
  ),
  ...rights("option", "rollout strategy evict", ["create"], ["pods/eviction"]),
];
