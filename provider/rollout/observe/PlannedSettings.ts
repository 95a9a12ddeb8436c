import type { PlannedLayers } from "../../ask/askPlanned.js";
import type { CanonicalSettings } from "../../settings/canonicalSettings.js";

/** Settings that are planned and not in the injector yet. */
export interface PlannedSettings extends PlannedLayers {
  /** Effective settings of a group of pods, Istio's installation included: as they are, and as they will be. */
  before: CanonicalSettings;
  after: CanonicalSettings;
}
