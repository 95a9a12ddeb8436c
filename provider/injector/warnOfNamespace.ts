import { ApiError, UnreachableError } from "../cluster/KubernetesApi.js";
import type { Properties } from "../data/Properties.js";
import { containsUnknown } from "../data/unknown.js";
import type { Coordinators } from "./Coordinators.js";
import { NoNamespace } from "./requireNamespace.js";

/** A preview can only warn of a namespace that is misspelt or gone: the program may be about to create it. `isNew`: whether its settings are. */
export async function warnOfNamespace(
  coordinators: Coordinators,
  inputs: Properties,
  { isNew }: { isNew: boolean },
): Promise<void> {
  if (typeof inputs.namespace !== "string" || containsUnknown([inputs.namespace, inputs.cluster])) return;
  try {
    await coordinators.requireLasting(inputs, inputs.namespace);
  } catch (error) {
    if (error instanceof NoNamespace) {
      const what = isNew ? "up fails unless this program creates it: " : "";
      coordinators.session.report(`[${inputs.namespace}] ${what}${error.message}`);
    } else if (!(error instanceof UnreachableError || error instanceof ApiError)) throw error;
  }
}
