import type { KubernetesApi } from "../cluster/KubernetesApi.js";
import type { Probe } from "./askInjector.js";
import { askReplicas, replicasBehind } from "./askReplicas.js";
import type { Injector } from "./Injector.js";
import type { CommitOptions } from "./LayerChange.js";

/**
 * Returns when every ready istiod gives a pod the stamp, or `deadline` is past: then it says who does not, since a pod that comes from
 * there is stale and restarted once more. Where the caller may not ask them, that look at new pods is all there is.
 */
export async function waitForReplicas(
  api: KubernetesApi,
  injector: Injector,
  about: { namespace: string; probe: Probe; stamp: () => Promise<string | undefined> },
  deadline: number,
  { report, elapsed, sleep }: CommitOptions,
): Promise<void> {
  let told = false;
  for (let pause = 200; ; pause = Math.min(5_000, pause * 1.5)) {
    const asked = await askReplicas(api, injector, about.namespace, about.probe);
    if ("message" in asked) return;
    const stamp = await about.stamp();
    const behind = replicasBehind(asked.answers, stamp);
    if (behind.length === 0) return;
    if (elapsed() >= deadline) {
      report(
        `${behind.join(", ")} still ${behind.length === 1 ? "gives" : "give"} pods other settings; pods that come from there are restarted once more`,
      );
      return;
    }
    if (!told) report(`waiting for ${behind.join(", ")} to take up the settings`);
    told = true;
    await sleep(pause);
  }
}
