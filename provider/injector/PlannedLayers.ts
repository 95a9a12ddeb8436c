import { canonicalJson } from "../render/Profile.js";
import type { CanonicalSettings } from "../settings/canonicalSettings.js";
import { injectorName } from "./Injector.js";
import { injectorOf, type Properties, targetOf } from "./layerInputs.js";

/** What a run of the program plans for one injector, as far as its layers have been looked at. */
export interface Plan {
  /** Target -> settings. */
  settings: Map<string, CanonicalSettings>;
  /** A layer that was there after the last `up` is gone, so the injector's answers of now say little about those after `up`. */
  lost: boolean;
}

/**
 * The layers that this process has checked, by injector. A preview's injector does not have them yet, and the rollouts of
 * other levels need them: all resources of a stack are checked in one process, layers before their rollouts.
 */
export class PlannedLayers {
  private readonly plans = new Map<string, Plan>();

  note(properties: Properties, settings: CanonicalSettings, lost: boolean): void {
    const plan = this.of(properties) ?? { settings: new Map(), lost: false };
    plan.settings.set(targetOf(properties), settings);
    plan.lost ||= lost;
    this.plans.set(keyOf(properties), plan);
  }

  of(properties: Properties): Plan | undefined {
    return this.plans.get(keyOf(properties));
  }
}

function keyOf(properties: Properties): string {
  return `${canonicalJson(properties.cluster)} ${injectorName(injectorOf(properties))}`;
}
