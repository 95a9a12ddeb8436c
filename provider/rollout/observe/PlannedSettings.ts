import type { PlannedLayers } from "../../ask/askPlanned.js";
import type { CanonicalSettings } from "../../settings/canonicalSettings.js";

/** Planned settings that are not written yet. */
export interface PlannedSettings extends PlannedLayers {
  /** A pod group's effective settings, Istio's installation included, before and after the change. */
  before: CanonicalSettings;
  after: CanonicalSettings;
}
