import type { KubernetesApi } from "../cluster/KubernetesApi.js";
import { stampsIn } from "../configMap/stampsIn.js";
import { unknownRelease } from "../configMap/unknownRelease.js";
import { namespaceOf } from "../levels/Layer.js";
import { waitForReplicas } from "./askReplicas.js";
import { type Injector, injectorName } from "./Injector.js";
import { type CommitOptions, type LayerChange, type Outcomes, UntriedSettings } from "./LayerChange.js";
import { changesReaching, type Refused, reasonsText } from "./Refused.js";
import { type Asked, recordBaseline, unverifiable } from "./recordBaseline.js";
import { revertRejected } from "./revertRejected.js";
import { targetName } from "./targetName.js";
import { plannedLayers, tryOut } from "./tryOut.js";
import { transientMessage, waitForStamps } from "./waitForStamps.js";
import { type Written, writeLayers } from "./writeLayers.js";

/** How often layers are written again if someone else rewrites the ConfigMap before the injector applies them. */
const mostRewrites = 5;

/**
 * Writes changes to the injector at once, and verifies them by asking the injector about each namespace that they reach.
 * A bad change fails alone; the others go on. What the injector rejects is reverted.
 */
export async function commitLayers(
  api: KubernetesApi,
  injector: Injector,
  changes: readonly LayerChange[],
  options: CommitOptions,
): Promise<Outcomes> {
  const outcomes: Outcomes = new Map();
  const asked = new Map<string, Asked>();
  const write = (some: readonly LayerChange[], found: Outcomes) =>
    writeLayers(
      api,
      injector,
      some,
      found,
      async (current, accepted, layers) => {
        const planned = plannedLayers(current, layers);
        await recordBaseline(api, injector, current, accepted, planned, asked);
        return tryOut(api, planned, asked);
      },
      options,
    );
  const first = await write(changes, outcomes);
  const { before } = first;
  let written: Written | undefined = first;
  const unknown = unknownRelease(first.written);
  if (unknown !== undefined) options.report(`ConfigMap ${injectorName(injector)}: ${unknown}.`);
  const deadline = options.elapsed() + options.injectorTimeout;
  const accepted = changes.filter((change) => outcomes.get(change) === undefined);
  const isStanding = (change: LayerChange) => outcomes.get(change) === undefined;
  let pending = [...asked.values()];
  const named = new Set(changes.map(({ target }) => namespaceOf(target)));
  for (const { namespace, probes } of pending)
    for (const line of unverifiable(namespace, probes, named.has(namespace))) options.report(line);
  let refused: Refused = new Map();
  let denied: Refused = new Map();
  const everRefused = new Set<string>();
  for (let rewrites = 0; ; ) {
    if (refused.size > 0) {
      await revertRejected(api, injector, accepted.filter(isStanding), before, refused, outcomes, options);
      written = undefined;
    }
    for (const change of changesReaching(accepted.filter(isStanding), denied))
      outcomes.set(change, deniedMeanwhile(change, denied));
    for (const namespace of refused.keys()) everRefused.add(namespace);
    pending = pending.filter(({ namespace }) => !everRefused.has(namespace));
    const standing = accepted.filter(isStanding);
    if (standing.length === 0) return outcomes;
    // rejected changes are reverted at once, while others are still being verified
    const looked = await waitForStamps(api, injector, pending, standing, written, deadline, options);
    ({ refused, denied, pending } = looked);
    if (looked.lost.length > 0) {
      if (++rewrites > mostRewrites)
        throw new UntriedSettings(
          `${injectorName(injector)} is rewritten by others again and again; run pulumi up again`,
        );
      options.report(`written again, since somebody rewrote ${injectorName(injector)} meanwhile`);
      const found: Outcomes = new Map();
      written = await write(looked.lost, found);
      for (const [change, error] of found) outcomes.set(change, error);
      pending = [...asked.values()];
    } else if (refused.size === 0 && denied.size === 0 && pending.length === 0) {
      await waitForAllReplicas(api, injector, asked, deadline, options);
      return outcomes;
    }
  }
}

/** Nothing speaks against the settings, so they stay. */
function deniedMeanwhile(change: LayerChange, denied: Refused): UntriedSettings {
  const name = targetName(change.target);
  return new UntriedSettings(
    `${name}: the settings are written, but pods are denied now for other reasons, so nothing shows whether the injector has them; run pulumi up again.\n${reasonsText(change, denied)}`,
  );
}

/** Asks each replica about one pod: they read one ConfigMap, so one pod shows whether they have it. */
async function waitForAllReplicas(
  api: KubernetesApi,
  injector: Injector,
  asked: ReadonlyMap<string, Asked>,
  deadline: number,
  options: CommitOptions,
): Promise<void> {
  for (const { namespace, probes } of asked.values()) {
    const found = probes.find(({ probe, before }) => probe.ours && before.outcome === "injected");
    if (!found) continue;
    const { probe } = found;
    // not as written: another program may have changed weaker levels meanwhile
    const stamp = async () =>
      stampsIn((await options.cached.read(api)).data)(namespace, probe.template.metadata?.labels);
    return waitForReplicas(api, injector, { namespace, probe, stamp }, deadline, options).catch(
      (error: unknown) => void transientMessage(error),
    );
  }
}
