import type { KubernetesApi } from "../cluster/KubernetesApi.js";
import type { Probe } from "./askInjector.js";
import { askReplicas, replicasBehind } from "./askReplicas.js";
import type { Injector } from "./Injector.js";
import type { CommitOptions } from "./LayerChange.js";

/**
 * Waits until every ready istiod replica injects the stamp. After `deadline` it reports which don't: pods from them are stale, and are
 * restarted once more. Without the right to ask replicas it returns at once.
 */
export async function waitForReplicas(
  api: KubernetesApi,
  injector: Injector,
  about: { namespace: string; probe: Probe; stamp: () => Promise<string | undefined> },
  deadline: number,
  { report, elapsed, sleep }: CommitOptions,
): Promise<void> {
  let reported = false;
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
    if (!reported) report(`waiting for ${behind.join(", ")} to take up the settings`);
    reported = true;
    await sleep(pause);
  }
}
