import type { Injector } from "../../provider/injector/Injector";

/** The injector that the laws are held on. In a cluster that is there already it may be a revision's. */
const revision = process.env.SIDECAR_TEST_REVISION;

export const injectorAtHand: Injector = {
  namespace: "istio-system",
  ...(revision ? { revision } : {}),
};

/** Labels of namespaces whose pods it injects. */
export const injected: Readonly<Record<string, string>> = revision
  ? { "istio.io/rev": revision }
  : { "istio-injection": "enabled" };

/** On namespaces of the laws, in a cluster where others may be. */
export const lawsLabel = "sidecar-settings-laws";
