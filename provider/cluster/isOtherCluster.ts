import type { Properties } from "../data/Properties.js";
import { containsUnknown } from "../data/unknown.js";
import type { ClusterAccess } from "./KubernetesApi.js";
import type { Session } from "./session.js";

/**
 * Whether a resource's `cluster` now means another API server. The same server with other credentials is the same cluster, and so is one
 * that can't be determined: it is unknown, or its kubeconfig can't be read any more.
 */
export async function isOtherCluster(
  session: Pick<Session, "api">,
  olds: Properties,
  news: Properties,
): Promise<boolean> {
  if (
    containsUnknown(news.cluster) ||
    JSON.stringify(olds.cluster ?? {}) === JSON.stringify(news.cluster ?? {})
  )
    return false;
  const serverOf = async ({ cluster }: Properties) =>
    (await session.api(cluster as ClusterAccess | undefined).catch(() => undefined))?.server;
  const [before, after] = await Promise.all([serverOf(olds), serverOf(news)]);
  return before !== undefined && after !== undefined && before !== after;
}
