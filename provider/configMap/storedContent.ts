import type { z } from "zod";
import { digest } from "../data/canonicalJson.js";
import { grouped } from "../data/grouped.js";
import { globalTarget, isWorkloadTarget, type Layers, namespaceOf } from "../levels/Layer.js";
import { workloadLayers } from "../levels/layersReaching.js";
import { profileOf } from "../levels/Profile.js";
import type { Requirement } from "../levels/selector.js";
import type { CanonicalSettings } from "../settings/canonicalSettings.js";
import { dataVersion, type StoredData, type StoredSelector } from "./StoredData.js";
import { type StoredProfile, storedProfile } from "./StoredProfile.js";

/** The layers' data as stored in `values.global`. */
export function storedContent(layers: Layers): StoredData {
  const global = layers[globalTarget]?.settings ?? {};
  const content: StoredData = {
    version: dataVersion,
    layers: {},
    settings: {},
    namespaces: {},
    profiles: {},
  };
  // in a large mesh, many layers share the same settings
  const named = new Map<string, StoredProfile>();
  const namespaceProfile = (name: string, namespace: CanonicalSettings) => {
    const profile = named.get(name) ?? storedProfile(profileOf({ global, namespace }));
    named.set(name, profile);
    return profile;
  };
  for (const [target, { owner, settings, picks, rollout }] of Object.entries(layers)) {
    const name = digest(settings);
    content.layers[target] = {
      owner,
      settings: name,
      ...(picks ? { picks: { selector: plain(picks.selector), priority: picks.priority } } : {}),
      ...(rollout && Object.keys(rollout).length > 0 ? { rollout } : {}),
    };
    content.settings[name] = settings;
    if (picks) continue;
    const profile =
      target === globalTarget ? storedProfile(profileOf({ global })) : namespaceProfile(name, settings);
    content.profiles[target === globalTarget ? globalTarget : profile.stamp] = profile;
    if (target !== globalTarget) content.namespaces[target] = profile.stamp;
  }
  const ofWorkloads = Object.entries(layers).filter(([target]) => isWorkloadTarget(target));
  for (const [namespace, own] of grouped(ofWorkloads, ([target]) => namespaceOf(target) ?? "")) {
    content.workloads ??= {};
    content.workloads[namespace] = workloadLayers(Object.fromEntries(own), namespace).map(
      ({ settings, picks }) => {
        const profile = storedProfile(profileOf({ namespace: settings }));
        content.profiles[profile.stamp] = profile;
        return { selector: plain(picks.selector), profile: profile.stamp };
      },
    );
  }
  return content;
}

function plain(selector: readonly Requirement[]): z.infer<typeof StoredSelector> {
  return selector.map(({ values, ...rest }) => ({ ...rest, ...(values ? { values: [...values] } : {}) }));
}
