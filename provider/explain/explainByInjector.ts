import type { PodTemplate } from "../cluster/podTemplate.js";
import { installedGlobal } from "../configMap/compose.js";
import type { InjectorData } from "../configMap/InjectorData.js";
import { layersOf } from "../configMap/layersOf.js";
import { usesCni } from "../configMap/usesCni.js";
import { installedSettings } from "../levels/Profile.js";
import { explainSidecar, type SidecarExplanation } from "./explainSidecar.js";

/**
 * Explains each setting of a pod's sidecar: its value, where it comes from, what it replaced, and where the pod shows it. `injector`: the
 * `data` of the ConfigMap of the injector that injects the pod.
 * @throws InjectorRefusal if the ConfigMap can't be read.
 */
export function explainByInjector(
  template: PodTemplate,
  { namespace, injector }: { namespace: string; injector: InjectorData },
): SidecarExplanation {
  return explainSidecar(template, {
    namespace,
    layers: layersOf(injector),
    installed: installedSettings(installedGlobal(injector)),
    config: injector.config,
    cni: usesCni(injector),
  });
}
