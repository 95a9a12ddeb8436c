import { canonicalJson } from "../../provider/data/canonicalJson";
import type { Layers } from "../../provider/levels/Layer";
import { parseSettings } from "../../provider/settings/parseSettings";
import { type Operation, ownerOf, uncounted } from "./Operation";

/** What an operation said that it had done, and the injector does not show. */
export function unmetWants(operation: Operation, layers: Layers): string[] {
  return [...operation.targets].flatMap((target) => {
    const [wanted, found] = [operation.wanted[target], layers[target]];
    const who = `${operation.client} ended well, and its layer ${target}`;
    const isOwn = found !== undefined && uncounted(found.owner) === ownerOf(operation.actor, target);
    if (!wanted) return isOwn ? [`${who}, which it took out, is in the injector`] : [];
    if (!isOwn) return [`${who} is not in the injector`];
    const [is, should] = [found?.settings, parseSettings(wanted).value].map((one) => canonicalJson(one));
    return is === should ? [] : [`${who} is ${is} and not ${should}`];
  });
}
