import { settingEntries } from "../settings/canonicalSettings.js";
import type { Rendering } from "../settings/declarations.js";
import { type JoinedTemplate, joinedTemplate } from "./joinedTemplate.js";
import type { Layers } from "./Layer.js";
import { overlayTemplate } from "./overlayTemplate.js";
import { remembered } from "./remembered.js";
import { readsOf, type ScopedTemplate, scopeTemplate } from "./scopeTemplate.js";
import { UnreadableText } from "./spliceMap.js";

/** The templates that Istio's own leads to. */
export interface InjectorTemplates {
  /** Istio's `sidecar`, reading what settings have put in place. */
  scoped: string;
  /** What no Helm value can say, where the other template does not say it. */
  overlay?: string;
}

/** The overlay of an Istio that was installed with a template that says everything: pods may name it, and get nothing by it. */
export const nothing = "{}\n";

/** Our templates for an Istio's own `sidecar` template; refused where a setting of the layers would have no effect there. */
export function injectorTemplates(sidecar: unknown, layers: Layers): InjectorTemplates {
  const { joined, apart } = formsFor(sidecar, layers);
  return joined && doubledVariables(joined, layers).length === 0 ? { scoped: joined.text } : apart;
}

/** The same in each form: joined where Istio's template has the places, which does not depend on layers, and apart. */
export function formsFor(
  sidecar: unknown,
  layers: Layers,
): { joined: JoinedTemplate | undefined; apart: Required<InjectorTemplates> } {
  if (typeof sidecar !== "string")
    throw new UnreadableText('data.config has no template "sidecar" to build on');
  const { scoped, overlay, joined } = madeFrom(sidecar);
  requireRead(scoped, layers);
  return { joined, apart: { scoped: scoped.text, overlay } };
}

/** Settings for variables that Istio's template sets itself: a pod would have them twice, but an overlay changes the one. */
export function doubledVariables({ istiosVariables }: JoinedTemplate, layers: Layers): string[] {
  const doubled = Object.values(layers).flatMap(({ settings }) =>
    settingEntries(settings).flatMap(({ path, declaration, name }) =>
      variablesOf(declaration.rendering(name)).some((variable) => istiosVariables.has(variable))
        ? [path]
        : [],
    ),
  );
  return [...new Set(doubled)];
}

function variablesOf(to: Rendering): readonly string[] {
  if (to.to === "proxyMetadata") return to.names;
  return to.to === "proxyConfig" && to.secondsEnv ? [to.secondsEnv] : [];
}

const madeFrom = remembered((sidecar) => {
  const scoped = scopeTemplate(sidecar);
  if (scoped.found.size === 0)
    throw new UnreadableText('the template "sidecar" reads none of the Helm values that settings change');
  return { scoped, overlay: overlayTemplate(sidecar, scoped), joined: joinedTemplate(sidecar) };
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
