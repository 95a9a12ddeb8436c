import { allContainers, type Pod } from "../../provider/cluster/podTemplate";
import { canonicalJson } from "../../provider/data/canonicalJson";
import type { IstioPod } from "./istioPods";

/** What the sidecar only repeats of the pod: names, ports and probes of its other containers. */
const repeated = new Set([
  "ISTIO_META_WORKLOAD_NAME",
  "ISTIO_META_OWNER",
  "ISTIO_META_APP_CONTAINERS",
  "ISTIO_META_POD_PORTS",
  "ISTIO_KUBE_APP_PROBERS",
]);

/**
 * One pod of each kind. Pods are of one kind that say the same of their sidecar, have the same fields elsewhere, and get the
 * same sidecar: what settings do to the one, they do to the other.
 */
export function onePerKind(
  pods: readonly IstioPod[],
  untouched: ReadonlyMap<string, string>,
): readonly IstioPod[] {
  const kinds = new Map<string, IstioPod>();
  for (const pod of pods) {
    const kind = kindOf(pod, untouched.get(pod.name) ?? "");
    if (!kinds.has(kind)) kinds.set(kind, pod);
  }
  return [...kinds.values()];
}

function kindOf({ template }: IstioPod, answer: string): string {
  const says = [template.metadata?.annotations, template.metadata?.labels].map((all) =>
    Object.entries(all ?? {}).filter(
      ([name]) => name.includes("istio.io/") || name.startsWith("prometheus.io/"),
    ),
  );
  if (answer.startsWith("denied")) return canonicalJson([answer, says]);
  const { spec } = JSON.parse(answer) as Pod;
  const containers = allContainers(spec);
  const ours = containers.filter(({ name }) => name.startsWith("istio-"));
  for (const { env = [] } of ours)
    for (const variable of env) if (repeated.has(variable.name)) variable.value = "";
  const others = containers.filter((one) => !ours.includes(one)).map((one) => Object.keys(one).sort().join());
  const { containers: _, initContainers: __, ...rest } = spec;
  return canonicalJson([says, ours, [...new Set(others)].sort(), Object.keys(rest).sort()]);
}
