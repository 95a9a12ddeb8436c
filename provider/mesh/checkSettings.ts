import { injectedPods } from "../cluster/injectedPods.js";
import { injectingRevision } from "../cluster/injectingRevision.js";
import type { KubernetesApi } from "../cluster/KubernetesApi.js";
import { compose } from "../configMap/compose.js";
import { layersOf } from "../configMap/layersOf.js";
import { unknownRelease } from "../configMap/unknownRelease.js";
import { count } from "../data/count.js";
import { InjectorRefusal, named } from "../data/InjectorRefusal.js";
import { injectorName, lastWriter, nameOf, revisionOf } from "../injector/Injector.js";
import { globalTarget } from "../levels/Layer.js";
import { stampAnnotation } from "../pod/podAnnotations.js";
import { istioVersion } from "../template/istioVersion.js";
import { type Finding, ok, problem, warning } from "./Finding.js";
import type { FoundInjector } from "./findInjectors.js";
import { layerOwners } from "./layerOwners.js";
import type { StackState } from "./readStackState.js";
import { unreadable } from "./unreadable.js";

/** The injector's ConfigMap: its release, whether its layers are as they were written, and whose they are. */
export async function checkSettings(
  api: KubernetesApi,
  found: FoundInjector,
  state: StackState | undefined,
): Promise<Finding[]> {
  return [known(found), await intact(api, found), ...owners(found, state)];
}

function known({ injector, configMap: { data } }: FoundInjector): Finding {
  const unknown = unknownRelease(data);
  return unknown === undefined
    ? ok(
        "injector",
        `${injectorName(injector)}, Istio ${istioVersion(data) ?? "of a release with newer settings"}`,
      )
    : warning("injector", `ConfigMap ${injectorName(injector)}: ${unknown}`);
}

/** Whether the ConfigMap is byte for byte what would be written now. */
async function intact(api: KubernetesApi, { injector, configMap }: FoundInjector): Promise<Finding> {
  const name = nameOf(configMap, injector);
  try {
    const layers = layersOf(configMap.data);
    const found = Object.keys(layers).length;
    const composed = named(name, () => {
      // `up` would refuse such an injector, so report it now
      if (found === 0) compose(configMap.data, { [globalTarget]: { owner: "doctor", settings: {} } });
      return compose(configMap.data, layers);
    });
    if (found === 0) {
      const stamped = await podsWithSettings(api, revisionOf(injector));
      return stamped === 0
        ? ok("settings", `${name} has none yet, and can take some`)
        : problem(
            "settings",
            `${name} has none, but ${count(stamped, "pod")} ${stamped === 1 ? "runs" : "run"} with some: ${lastWriter(configMap)} rewrote it`,
            "run pulumi up to restore them; pods that still have them are not restarted",
          );
    }
    if (composed.config !== configMap.data.config || composed.values !== configMap.data.values) {
      return problem(
        "settings",
        `${name} has ${count(found, "layer")}, and its templates are not those of this version: ${lastWriter(configMap)} wrote it, or another version of the package`,
        "run pulumi up to write them again",
      );
    }
    return ok("settings", `${name} has ${count(found, "layer")}, as they were written`);
  } catch (error) {
    if (!(error instanceof InjectorRefusal)) return unreadable("settings", error);
    return { ...problem("settings", error.message), details: [`${lastWriter(configMap)} wrote it last`] };
  }
}

function owners({ injector, configMap: { data } }: FoundInjector, state: StackState | undefined): Finding[] {
  try {
    return layerOwners(injectorName(injector), layersOf(data), state);
  } catch (error) {
    // already reported as a finding about the settings
    if (error instanceof InjectorRefusal) return [];
    throw error;
  }
}

async function podsWithSettings(api: KubernetesApi, revision: string): Promise<number> {
  const pods = [...(await injectedPods(api)).values()].flat();
  return pods.filter(
    (pod) => injectingRevision(pod) === revision && pod.annotations?.[stampAnnotation] !== undefined,
  ).length;
}
