import { requireComposable } from "../configMap/compose.js";
import { layersOf } from "../configMap/layersOf.js";
import { InjectorRefusal, named } from "../data/InjectorRefusal.js";
import type { Properties } from "../data/Properties.js";
import { containsUnknown } from "../data/unknown.js";
import { type Layer, layerAt, targetOf } from "../levels/Layer.js";
import { type InjectorConfigMap, nameOf } from "./Injector.js";
import { isSame } from "./LayerChange.js";
import { contentOf, injectorOf, type LayerContent, ownerOf } from "./layerInputs.js";

/**
 * Why `up` would refuse this layer on this injector. Conflicts with other levels are not checked here: Pulumi checks one resource after
 * the other, so the layers that make it valid may not be known yet. Rollouts are checked later, and ask about all layers together.
 */
export async function whyRefused(
  look: () => Promise<InjectorConfigMap | undefined>,
  properties: Properties,
  content: LayerContent,
): Promise<string | undefined> {
  try {
    const live = await look();
    if (!live || containsUnknown(contentOf(content))) return undefined;
    const target = targetOf(properties);
    const layer = { owner: ownerOf(properties), ...contentOf(content) };
    named(nameOf(live, injectorOf(properties)), () => {
      requireComposable(live.data, { [target]: layer });
      requireChangeable(live, target, layer);
    });
    return undefined;
  } catch (error) {
    if (error instanceof InjectorRefusal) return error.message;
    throw error;
  }
}

function requireChangeable({ object, data }: InjectorConfigMap, target: string, layer: Layer): void {
  if (object.immutable !== true || isSame(layerAt(layersOf(data), target), layer)) return;
  throw new InjectorRefusal({
    where: "immutable",
    expected: "a ConfigMap that can be changed",
    got: "immutable: true, which can't be taken back",
    todo: "Delete it and have Istio's chart write it again without that",
  });
}
