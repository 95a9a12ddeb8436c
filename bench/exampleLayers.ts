import type { Layers } from "../provider/levels/Layer";
import type { CanonicalSettings } from "../provider/settings/canonicalSettings";
import { parseSettings } from "../provider/settings/parseSettings";
import type { SidecarSettings } from "../provider/settings/SidecarSettings";
import { globalSettings, namespaceSettings } from "./exampleSettings";

/** Layers of a mesh: global settings, and namespaces that share so many variants of settings. */
export function exampleLayers(namespaces: readonly string[], variants: number): Layers {
  const layer = (given: SidecarSettings, name: string) => ({
    owner: `acme/platform/prod:${name}`,
    settings: canonical(given),
  });
  return {
    "*": layer(globalSettings, "mesh"),
    ...Object.fromEntries(
      namespaces.map((name, at) => [name, layer(namespaceSettings(at % variants), name)]),
    ),
  };
}

/** Settings as they are kept. */
export function canonical(given: SidecarSettings): CanonicalSettings {
  const { value: settings, problems } = parseSettings(given);
  const [problem] = problems;
  if (problem) throw new Error(`${problem.path}: ${problem.got}`);
  return settings;
}
