import { requireComposable } from "../configMap/compose.js";
import { layersOf } from "../configMap/layersOf.js";
import { InjectorRefusal, named } from "../data/InjectorRefusal.js";
import type { Properties } from "../data/Properties.js";
import { containsUnknown } from "../data/unknown.js";
import { type Layers, layerAt, targetOf } from "../levels/Layer.js";
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
    const own = { [targetOf(properties)]: { owner: ownerOf(properties), ...contentOf(content) } };
    named(nameOf(live, injectorOf(properties)), () => {
      requireComposable(live.data, own);
      requireChangeable(live, own);
    });
    return undefined;
  } catch (error) {
    if (error instanceof InjectorRefusal) return error.message;
    throw error;
  }
}

function requireChangeable({ object, data }: InjectorConfigMap, own: Layers): void {
  const present = layersOf(data);
  const isWritten = Object.entries(own).every(([target, layer]) => isSame(layerAt(present, target), layer));
  if (object.immutable !== true || isWritten) return;
  throw new InjectorRefusal({
    where: "immutable",
    expected: "a ConfigMap that can be changed",
    got: "immutable: true, which can't be taken back",
    todo: "Delete it and have Istio's chart write it again without that",
  });
}
