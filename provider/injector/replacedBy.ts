import { isOtherCluster } from "../cluster/isOtherCluster.js";
import type { Session } from "../cluster/session.js";
import { canonicalJson } from "../data/canonicalJson.js";
import type { Properties } from "../data/Properties.js";
import { injectorOf } from "./layerInputs.js";

/** The properties by which a resource is for another target, injector or cluster, so that it is replaced; empty if none is. */
export async function replacedBy(
  session: Pick<Session, "api">,
  olds: Properties,
  news: Properties,
): Promise<string[]> {
  return [
    ...["namespace", "workload"].filter((name) => olds[name] !== news[name]),
    ...(canonicalJson(injectorOf(olds)) === canonicalJson(injectorOf(news)) ? [] : ["injector"]),
    ...((await isOtherCluster(session, olds, news)) ? ["cluster"] : []),
  ];
}
