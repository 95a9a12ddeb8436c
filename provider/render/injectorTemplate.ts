import { settingEntries } from "../settings/canonicalSettings.js";
import type { Rendering } from "../settings/declarations.js";
import { type JoinedTemplate, joinedTemplate, type Place, places } from "./joinedTemplate.js";
import type { Layers } from "./Layer.js";
import { mismatchText } from "./mismatch.js";
import { remembered } from "./remembered.js";
import { readsOf, type ScopedReads, scopeReads } from "./scopeReads.js";
import { UnreadableText } from "./spliceMap.js";

/** Our template for an Istio's own `sidecar` template; refused where a setting of the layers would have no effect there. */
export function injectorTemplate(sidecar: unknown, layers: Layers): string {
  if (typeof sidecar !== "string")
    throw new UnreadableText(
      mismatchText({
        where: "data.config, templates.sidecar",
        expected: "the text of Istio's sidecar template",
        got: sidecar === undefined ? "no such template" : `a value of type ${typeof sidecar}`,
        todo: "Reinstall Istio with its own sidecar template, which settings are added to",
      }),
    );
  const made = madeFrom(sidecar);
  const problems = problemsOf(made, layers);
  if (problems.length > 0) throw new UnreadableText(problems.join("\n"));
  return made.joined.text;
}

interface Made {
  reads: ScopedReads["reads"];
  joined: JoinedTemplate;
}

const madeFrom = remembered((sidecar): Made => {
  const { found, reads } = scopeReads(sidecar);
  if (found.size === 0)
    throw new UnreadableText(
      mismatchText({
        where: 'data.config, template "sidecar"',
        expected: "reads of Helm values such as .Values.global.proxy.resources",
        got: "none that settings change",
        todo: "Reinstall Istio with its own sidecar template, which settings are added to",
      }),
    );
  return { reads, joined: joinedTemplate(sidecar) };
});

/** Settings that would have no effect, by why: each is named once, whichever layers have it. */
function problemsOf({ reads, joined }: Made, layers: Layers): string[] {
  const unread = new Map<string, Set<string>>();
  for (const { settings } of Object.values(layers)) {
    for (const { path, declaration, name } of settingEntries(settings)) {
      const why = whyUnserved(declaration.rendering(name), reads, joined);
      if (why !== undefined) unread.set(why, (unread.get(why) ?? new Set()).add(path));
    }
  }
  return [...unread].map(([why, paths]) =>
    mismatchText({
      where: 'data.config, template "sidecar"',
      expected: why,
      got: "a template without it",
      todo: `Remove ${[...paths].join(", ")}, which ${paths.size === 1 ? "needs" : "need"} it`,
    }),
  );
}

function whyUnserved(
  to: Rendering,
  reads: ScopedReads["reads"],
  { missing, istiosVariables }: JoinedTemplate,
): string | undefined {
  if (!reads(to)) return `a read of ${readsOf(to).join(" or ")}`;
  const place = placesNeeded(to).find((one) => missing.has(one));
  if (place !== undefined) return places[place];
  // a pod would have it twice
  const doubled = variablesOf(to).find((variable) => istiosVariables.has(variable));
  return doubled === undefined ? undefined : `no variable ${doubled} of its own`;
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
