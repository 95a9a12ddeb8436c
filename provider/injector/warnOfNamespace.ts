import { ApiError, UnreachableError } from "../cluster/KubernetesApi.js";
import type { Properties } from "../data/Properties.js";
import { containsUnknown } from "../data/unknown.js";
import type { Coordinators } from "./Coordinators.js";
import { NoNamespace, requireNamespace } from "./requireNamespace.js";

/** A preview can only warn of a misspelt namespace: the program may be about to create it. */
export async function warnOfNamespace(coordinators: Coordinators, inputs: Properties): Promise<void> {
  if (typeof inputs.namespace !== "string" || containsUnknown([inputs.namespace, inputs.cluster])) return;
  try {
    await requireNamespace(await coordinators.api(inputs), inputs.namespace);
  } catch (error) {
    if (error instanceof NoNamespace)
      coordinators.session.report(
        `[${inputs.namespace}] ${error.message}: up fails unless this program creates it`,
      );
    else if (!(error instanceof UnreachableError || error instanceof ApiError)) throw error;
  }
}
