import { canonicalJson } from "../data/canonicalJson.js";
import { containsUnknown } from "../data/unknown.js";
import { type Layers, targetOf } from "../levels/Layer.js";
import { injectorName } from "./Injector.js";
import {
  contentOf,
  injectorOf,
  type LayerContent,
  ownerOf,
  type Properties,
  patienceOf,
} from "./layerInputs.js";

/** A layer as the program wants it. */
export interface PlannedLayer extends LayerContent {
  owner: string;
  /** In ms. */
  patience: number;
}

/** What a run of the program plans for one injector, as far as its layers have been looked at. */
export interface Plan {
  /** Target -> layer. */
  layers: Map<string, PlannedLayer>;
  /** A layer that was there after the last `up` is gone, so the injector's answers of now say little about those after `up`. */
  lost: boolean;
}

/**
 * The layers that this process has checked, by injector. A preview's injector does not have them yet, and the rollouts of
 * other levels need them: all resources of a stack are checked in one process, layers before their rollouts.
 */
export class PlannedLayers {
  private readonly plans = new Map<string, Plan>();

  /** Returns the owner that the plan has for the target already, where it is another one. */
  note(properties: Properties, content: LayerContent, lost: boolean): string | undefined {
    const plan = this.of(properties) ?? { layers: new Map(), lost: false };
    const before = plan.layers.get(targetOf(properties))?.owner;
    plan.layers.set(targetOf(properties), {
      ...contentOf(content),
      owner: ownerOf(properties),
      patience: patienceOf(properties),
    });
    plan.lost ||= lost;
    this.plans.set(injectorKey(properties), plan);
    return before === ownerOf(properties) ? undefined : before;
  }

  /** The layers whose values are all known before `up`. */
  known(properties: Properties): Layers {
    return Object.fromEntries(
      [...(this.of(properties)?.layers ?? [])]
        .filter(([, layer]) => !containsUnknown(contentOf(layer)))
        .map(([target, layer]) => [target, { ...contentOf(layer), owner: layer.owner }]),
    );
  }

  of(properties: Properties): Plan | undefined {
    return this.plans.get(injectorKey(properties));
  }
}

/** Tells injectors of all clusters apart, by what a resource says of them. */
export function injectorKey(properties: Properties): string {
  return `${canonicalJson(properties.cluster)} ${injectorName(injectorOf(properties))}`;
}
