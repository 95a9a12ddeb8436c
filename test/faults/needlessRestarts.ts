import { installedGlobal } from "../../provider/configMap/compose";
import { layersOf } from "../../provider/configMap/layersOf";
import { canonicalJson } from "../../provider/data/canonicalJson";
import { effectiveValues } from "../../provider/levels/effectiveSettings";
import { layersFor } from "../../provider/levels/layersReaching";
import { effectiveOf, installedSettings } from "../../provider/levels/Profile";
import type { InjectorVersion } from "./InjectorHistory";

/** A workload of the script, by the labels of its pods. */
export interface Restartable {
  namespace: string;
  name: string;
  labels: Readonly<Record<string, string>>;
}

/** What a program's restart made of a Deployment. */
export interface Restart extends Pick<Restartable, "namespace" | "name"> {
  client: string;
  /** The Deployment's: the same for a restart that was sent twice. */
  generation: number;
  /** Of the same sequence as the injector's. */
  resourceVersion: string;
  at: number;
}

/** How long istiod may give new pods what the ConfigMap was before, in ms. */
const lag = 5_000;

/** Restarts of a workload whose pods can't have had other settings than they were to get. */
export function needlessRestarts(
  versions: readonly InjectorVersion[],
  restarts: readonly Restart[],
  workload: Restartable,
): string[] {
  const settings = settingsOver(versions, workload);
  return distinct(restarts, workload).flatMap((restart, nth, all) => {
    const previous = all[nth - 1];
    const last = versions.findLastIndex(
      ({ resourceVersion }) => Number(resourceVersion) < Number(restart.resourceVersion),
    );
    // the pods are of the time since the restart before: whatever the injector said from then on they may have
    const first = previous ? versions.findLastIndex(({ at }) => at <= previous.at - lag) : 0;
    const possible = new Set(settings.slice(Math.max(first, 0), last + 1));
    return possible.size > 1
      ? []
      : [
          `${restart.client} restarted ${workload.namespace}/${workload.name}, whose settings had not changed`,
        ];
  });
}

/** How often what a workload's pods get has changed. */
export function settingsChanges(versions: readonly InjectorVersion[], workload: Restartable): number {
  const settings = settingsOver(versions, workload);
  return settings.filter((one, at) => at > 0 && one !== settings[at - 1]).length;
}

/** In the order in which they happened, each once. */
export function distinct(restarts: readonly Restart[], { namespace, name }: Restartable): Restart[] {
  const own = restarts.filter((one) => one.namespace === namespace && one.name === name);
  const byGeneration = new Map([...own].reverse().map((one) => [one.generation, one]));
  return [...byGeneration.values()].sort((a, b) => a.generation - b.generation);
}

// by value, not by stamp: a stamp changes with layers that a stronger one overrides as well
function settingsOver(versions: readonly InjectorVersion[], { namespace, labels }: Restartable): string[] {
  return versions.map(({ data }) => {
    const installed = installedSettings(installedGlobal(data));
    const reaching = layersFor(layersOf(data), namespace, labels);
    return canonicalJson(effectiveValues(effectiveOf({ installed, ...reaching })));
  });
}
