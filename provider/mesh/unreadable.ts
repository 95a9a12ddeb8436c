import { hasStatus } from "../cluster/KubernetesApi.js";
import { type Finding, skipped } from "./Finding.js";

/** The finding of a check for which a right is missing; rethrows any other error. */
export function unreadable(check: string, error: unknown): Finding {
  if (!hasStatus(error, 403)) throw error;
  return skipped(check, error.serverMessage);
}
