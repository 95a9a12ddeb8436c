import { strip } from "../../provider/configMap/compose";
import { layersOf } from "../../provider/configMap/layersOf";
import { canonicalJson } from "../../provider/data/canonicalJson";
import type { Layer, Layers } from "../../provider/levels/Layer";
import { parseSettings } from "../../provider/settings/parseSettings";
import type { Write } from "./FaultyApi";
import { contentOf } from "./ForeignContent";
import type { InjectorVersion } from "./InjectorHistory";
import type { Operation } from "./Operation";

/** Writes of programs that changed what was not theirs: foreign bytes, other layers, or their own into what nobody wanted. */
export function wrongWrites(
  versions: readonly InjectorVersion[],
  writes: readonly Pick<Write, "client" | "resourceVersion">[],
  operations: readonly Operation[],
): string[] {
  const wrong: string[] = [];
  const seen: Layers[] = [];
  for (const [at, version] of versions.entries()) {
    const previous = versions[at - 1];
    if (previous) seen.push(layersOf(previous.data));
    const write = writes.find(({ resourceVersion }) => resourceVersion === version.resourceVersion);
    const operation = operations.find(({ client }) => client === write?.client);
    if (!previous || !write || !operation) continue;
    const who = `${operation.client}, version ${version.resourceVersion}:`;
    for (const what of foreignChanges(previous, version))
      wrong.push(`${who} changed ${what}, which is not its own`);
    const [before, after] = [layersOf(previous.data), layersOf(version.data)];
    for (const target of new Set([...Object.keys(before), ...Object.keys(after)])) {
      if (text(before[target]) === text(after[target])) continue;
      const change = `${text(before[target])} -> ${text(after[target])}`;
      if (!operation.targets.has(target))
        wrong.push(`${who} changed the layer ${target} of somebody else: ${change}`);
      else if (!isWanted(operation, target, after[target]) && !isFormer(seen, target, after[target]))
        wrong.push(`${who} made of its layer ${target} what it never was: ${change}`);
    }
  }
  return wrong;
}

function foreignChanges(previous: InjectorVersion, version: InjectorVersion): string[] {
  const [before, after] = [previous, version].map((one) => {
    const { data, labels, annotations } = contentOf(one);
    const { config = "", values = "" } = data;
    return { labels, annotations, ...data, ...strip({ config, values }) } as Record<string, unknown>;
  });
  return Object.keys({ ...before, ...after }).filter(
    (key) => canonicalJson(before?.[key]) !== canonicalJson(after?.[key]),
  );
}

function isWanted({ wanted }: Operation, target: string, layer: Layer | undefined): boolean {
  const settings = wanted[target];
  if (!layer || !settings) return !layer;
  return canonicalJson(layer.settings) === canonicalJson(parseSettings(settings).value);
}

function isFormer(seen: readonly Layers[], target: string, layer: Layer | undefined): boolean {
  return !layer || seen.some((layers) => text(layers[target]) === text(layer));
}

function text(layer: Layer | undefined): string {
  return layer ? canonicalJson(layer) : "none";
}
