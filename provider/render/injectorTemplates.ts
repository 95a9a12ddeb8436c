import { settingEntries } from "../settings/canonicalSettings.js";
import type { Layers } from "./compose.js";
import { overlayTemplate } from "./overlayTemplate.js";
import { remembered } from "./remembered.js";
import { readsOf, type ScopedTemplate, scopeTemplate } from "./scopeTemplate.js";
import { UnreadableText } from "./spliceMap.js";

/** The two templates that Istio's own leads to. */
export interface InjectorTemplates {
  /** Istio's `sidecar`, reading what settings have put in place. */
  scoped: string;
  /** What no Helm value can say. */
  overlay: string;
}

/** Our templates for an Istio's own `sidecar` template; refused where a setting of the layers would have no effect there. */
export function injectorTemplates(sidecar: unknown, layers: Layers): InjectorTemplates {
  if (typeof sidecar !== "string")
    throw new UnreadableText('data.config has no template "sidecar" to build on');
  const { scoped, overlay } = madeFrom(sidecar);
  requireRead(scoped, layers);
  return { scoped: scoped.text, overlay };
}

const madeFrom = remembered((sidecar) => {
  const scoped = scopeTemplate(sidecar);
  if (scoped.found.size === 0)
    throw new UnreadableText('the template "sidecar" reads none of the Helm values that settings change');
  return { scoped, overlay: overlayTemplate(sidecar, scoped) };
});

function requireRead(scoped: ScopedTemplate, layers: Layers): void {
  const unread = new Map<string, string>();
  for (const { settings } of Object.values(layers)) {
    for (const { path, declaration, name } of settingEntries(settings)) {
      const rendering = declaration.rendering(name);
      if (!scoped.reads(rendering)) unread.set(path, readsOf(rendering).join(" or "));
    }
  }
  if (unread.size > 0) {
    throw new UnreadableText(
      `this Istio's template "sidecar" never reads ${[...new Set(unread.values())].join(", ")}, so ${[...unread.keys()].join(", ")} would have no effect: take ${unread.size === 1 ? "it" : "them"} out, or use a release of Istio that has ${unread.size === 1 ? "it" : "them"}`,
    );
  }
}
