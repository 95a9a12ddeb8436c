import { ifFound, type KubernetesApi, type ObjectMeta, pathIn } from "../../cluster/KubernetesApi.js";

export type Annotations = Readonly<Record<string, string>>;

/** `never`: rollouts don't restart this workload, or any workload of this namespace. */
export const optOutAnnotation = "sidecar-settings/rollout";
/** An integer: workloads with smaller ones restart first. */
export const orderAnnotation = "sidecar-settings/rollout-order";
/** When restarts may begin, in UTC: `Mon-Fri 02:00-05:00; Sat,Sun 00:00-24:00`. */
export const windowAnnotation = "sidecar-settings/maintenance-window";

/**
 * The workload's annotation, else its namespace's. Read from the workload itself, not its pod template, where a change would restart it.
 */
export function effectiveAnnotation(
  name: string,
  { annotations }: Pick<ObjectMeta, "annotations">,
  namespace: Annotations = {},
): { value: string; by: "its" | "its namespace's" } | undefined {
  const own = annotations?.[name];
  if (own !== undefined) return { value: own, by: "its" };
  const shared = namespace[name];
  return shared === undefined ? undefined : { value: shared, by: "its namespace's" };
}

/** The namespace's annotations. Without the right to read them a rollout must fail: they could opt out. */
export async function namespaceAnnotations(api: KubernetesApi, namespace: string): Promise<Annotations> {
  const request = api.request<{ metadata: ObjectMeta }>({ method: "GET", path: pathIn(namespace) });
  return (await ifFound(request))?.metadata.annotations ?? {};
}
