import { dryRunPod } from "../../provider/cluster/dryRunPod";
import type { KubernetesApi } from "../../provider/cluster/KubernetesApi";
import { allContainers, type Pod } from "../../provider/cluster/podTemplate";
import { canonicalJson } from "../../provider/data/canonicalJson";
import { type Mesh, variable } from "../e2e/Mesh";
import { flippedArgument } from "./ForeignContent";

/** Pods of workloads whose sidecar is another than a new pod would get, which `api` is asked for. */
export async function outdatedPods(
  mesh: Mesh,
  api: KubernetesApi,
  workloads: Readonly<Record<string, readonly string[]>>,
): Promise<string[]> {
  const outdated: string[] = [];
  for (const [namespace, names] of Object.entries(workloads)) {
    for (const name of names) {
      const { spec } = await mesh.workload(namespace, name);
      const wanted = sidecarShown(await dryRunPod(api, namespace, spec.template));
      for (const pod of await mesh.pods(namespace, name))
        if (sidecarShown(pod) !== wanted)
          outdated.push(
            `pod ${namespace}/${pod.metadata.name} has ${sidecarShown(pod)}, and a new one would have ${wanted}`,
          );
    }
  }
  return outdated;
}

/** What the script's settings show in, written anew and not taken from the rollout. */
export function sidecarShown({ spec }: Pick<Pod, "spec">): string {
  const shown = allContainers(spec)
    .filter(({ name }) => name === "istio-proxy" || name === "istio-init")
    .map((one) => [
      one.resources,
      // others change this one in Helm's values meanwhile: no setting says it, and no rollout looks at it
      one.args?.filter((argument) => argument !== flippedArgument),
      variable(one, "TERMINATION_DRAIN_DURATION_SECONDS"),
    ]);
  return canonicalJson(shown);
}
