import { InjectorRefusal } from "../data/InjectorRefusal.js";
import { memoize } from "../data/memoize.js";
import { mismatchText } from "../data/mismatch.js";
import type { Layers } from "../levels/Layer.js";
import { type CanonicalSettings, inOrder, settingEntries } from "../settings/canonicalSettings.js";
import type { Rendering } from "../settings/declarations.js";
import { releasesText } from "../settings/releaseFacts.js";
import { releaseOf } from "./istioVersion.js";
import { type JoinedTemplate, joinedTemplate, type Place, places } from "./joinedTemplate.js";
import { readsOf, type ScopedReads, scopeReads } from "./scopeReads.js";

/** Our version of Istio's `sidecar` template. Throws if a setting in `layers` would have no effect in it. */
export function injectorTemplate(sidecar: unknown, layers: Layers, version?: string): string {
  if (typeof sidecar !== "string")
    throw new InjectorRefusal({
      where: "data.config, templates.sidecar",
      expected: "the text of Istio's sidecar template",
      got: sidecar === undefined ? "no such template" : `a value of type ${typeof sidecar}`,
      todo: "Reinstall Istio with its own sidecar template, which settings are added to",
    });
  const made = madeFrom(sidecar);
  const problems = problemsOf(made, layers, releaseOf(version));
  if (problems.length > 0) throw new InjectorRefusal(problems.join("\n"));
  return made.joined.text;
}

/** Whether a template supports a setting's rendering. */
export function isServed(sidecar: string, to: Rendering): boolean {
  const { reads, joined } = madeFrom(sidecar);
  return whyUnserved(to, reads, joined) === undefined;
}

interface Made {
  reads: ScopedReads["reads"];
  joined: JoinedTemplate;
}

const madeFrom = memoize((sidecar): Made => {
  const whole = /\{\{[^{}]*(?<![\w$.)])\$?\.Values(?:\.global)?(?![\w.])[^{}]*\}\}/.exec(sidecar);
  if (whole)
    throw new InjectorRefusal({
      where: 'data.config, template "sidecar"',
      expected: "Helm values read by their whole path, such as .Values.global.proxy.resources",
      got: whole[0],
      todo: "Write out the whole path in the template: settings don't reach what is read through a variable or a partial path",
    });
  const { found, reads } = scopeReads(sidecar);
  if (found.size === 0)
    throw new InjectorRefusal({
      where: 'data.config, template "sidecar"',
      expected: "reads of Helm values such as .Values.global.proxy.resources",
      got: "none that settings change",
      todo: "Reinstall Istio with its own sidecar template, which settings are added to",
    });
  return { reads, joined: joinedTemplate(sidecar) };
});

/** Settings that would have no effect, by reason. Each is named once, even if several layers have it. */
function problemsOf({ reads, joined }: Made, layers: Layers, release: string | undefined): string[] {
  const unread = new Map<string, { is: Unserved; paths: Set<string> }>();
  const settings = Object.values(layers).map((layer) => layer.settings);
  // thousands of layers have the same few settings
  const set = new Set<string>();
  for (const some of settings) for (const path of Object.keys(some)) set.add(path);
  for (const { path, declaration, name } of inOrder(set)) {
    const is = whyUnserved(declaration.rendering(name), reads, joined);
    if (is === undefined) continue;
    const { paths } = unread.get(is.expected) ?? { paths: new Set() };
    paths.add(path);
    // removed alone, it would leave these without the setting that they require
    const having = settings.filter((some) => some[path] !== undefined);
    for (const needing of having.flatMap((some) => companionsOf(path, some))) paths.add(needing);
    unread.set(is.expected, { is, paths });
  }
  return [...unread.values()].map(({ is, paths }) =>
    mismatchText({
      where: 'data.config, template "sidecar"',
      expected: is.expected,
      got: is.got ?? "a template without it",
      todo: [
        `Remove ${[...paths].join(", ")}, ${is.why ?? `which ${paths.size === 1 ? "needs" : "need"} it`}`,
        ...[...paths].flatMap((path) => {
          const releases = releasesText(path);
          const here = release === undefined ? "" : `; this injector is ${release}`;
          return releases === undefined ? [] : [`${path} needs Istio ${releases}${here}`];
        }),
      ].join(": "),
    }),
  );
}

/** The layer's settings that require this one. */
function companionsOf(path: string, settings: CanonicalSettings): string[] {
  return settingEntries(settings).flatMap((one) =>
    one.declaration.needs?.path === path && one.value === one.declaration.needs.when ? [one.path] : [],
  );
}

/** What a setting expects of the template. Unless it says otherwise, the template is without it, and the setting needs it. */
interface Unserved {
  expected: string;
  got?: string;
  why?: string;
}

function whyUnserved(
  to: Rendering,
  reads: ScopedReads["reads"],
  { missing, istiosVariables }: JoinedTemplate,
): Unserved | undefined {
  if (!reads(to)) return { expected: `a read of ${readsOf(to).join(" or ")}` };
  const place = placesNeeded(to).find((one) => missing.has(one));
  if (place !== undefined) return { expected: places[place] };
  const doubled = variablesOf(to).find((variable) => istiosVariables.has(variable));
  return doubled === undefined
    ? undefined
    : { expected: `no variable ${doubled} of its own`, got: "one", why: "which pods would have twice" };
}

function placesNeeded(to: Rendering): readonly Place[] {
  switch (to.to) {
    case "initResources":
      return ["initResources"];
    case "scaledResources":
      return ["proxyResources"];
    case "proxyMetadata":
      return ["proxyConfig", "variables"];
    case "proxyConfig":
      return to.secondsEnv ? ["proxyConfig", "variables"] : ["proxyConfig"];
    case "expression":
      return to.name === "hold" ? ["proxyConfig"] : [];
    default:
      return [];
  }
}

function variablesOf(to: Rendering): readonly string[] {
  if (to.to === "proxyMetadata") return to.names;
  return to.to === "proxyConfig" && to.secondsEnv ? [to.secondsEnv] : [];
}
