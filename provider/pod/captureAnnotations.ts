import { declarations } from "../settings/declarations.js";

/** The annotations that determine what istio-init captures; with Istio CNI, the injector writes them on every pod. */
export const captureAnnotations: readonly string[] = declarations.flatMap(({ podFields, overrides }) =>
  podFields("").some((podField) => podField.in === "flag")
    ? overrides("").flatMap((override) => (override.by === "annotation" ? [override.name] : []))
    : [],
);
