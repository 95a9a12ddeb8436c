import { declarations } from "../settings/declarations.js";

/** Our part of `.Values`; under `global` because the official chart passes only that through. */
export const dataKey = "sidecarSettings";

const data = `(.Values.global.${dataKey} | default dict)`;
const profileName = `(dig "namespaces" .ObjectMeta.Namespace "*" ${data})`;

type Lookup = "replaced" | "merged" | "listed";

const lookups: ReadonlyMap<string, Lookup> = new Map(
  declarations.flatMap(({ rendering }): [string, Lookup][] => {
    if (rendering.to === "united") return [[rendering.key, "listed"]];
    if (rendering.to === "proxyValue") return [[rendering.key, "replaced"]];
    if (rendering.to === "proxyValueField")
      return [[rendering.key, rendering.merge === "injection" ? "merged" : "replaced"]];
    return [];
  }),
);

export interface ScopedTemplate {
  text: string;
  /** The Helm values that the template reads, so that they can be told apart by namespace; key -> how often. */
  found: ReadonlyMap<string, number>;
  /** Settings that need these have no effect with this template. */
  missing: readonly string[];
}

const proxyValue = String.raw`(?<![\w$.)])(\$?)\.Values\.global\.proxy\.(${[...lookups.keys()].join("|")})\b(?!\.)`;
const annotated = String.raw`annotation\s+\$?\.ObjectMeta\s+[\`"][^\`"]+[\`"]\s+`;

/**
 * Istio's `sidecar` template, with each Helm value that settings can change looked up for the pod's namespace first.
 * Expressions, not variables: a `define` of the template sees no variable from outside. Text apart from these stays as it is.
 */
export function scopeTemplate(template: string): ScopedTemplate {
  const found = new Map<string, number>();
  // an annotation call is taken whole where lists are united: what a pod excludes itself is added to, too
  const text = template.replace(
    new RegExp(`(${annotated})?${proxyValue}`, "g"),
    (original: string, call: string | undefined, root: string, key: string) => {
      const lookup = lookups.get(key);
      if (!lookup) return original;
      found.set(key, (found.get(key) ?? 0) + 1);
      const expression = `${root}.Values.global.proxy.${key}`;
      const scoped = lookup === "merged" ? mergedLookup(key, expression) : replacedLookup(key, expression);
      const rooted = (text: string) =>
        root ? text.replaceAll("(.Values", "($.Values").replaceAll(" .ObjectMeta", " $.ObjectMeta") : text;
      if (lookup !== "listed") return `${call ?? ""}${rooted(scoped)}`;
      return call
        ? rooted(unitedLookup(key, `(${call}${scoped})`)).slice(1, -1)
        : rooted(unitedLookup(key, scoped));
    },
  );
  return { text, found, missing: [...lookups.keys()].filter((key) => !found.has(key)) };
}

function replacedLookup(key: string, original: string): string {
  return `(dig "profiles" ${profileName} "values" "${key}" ${original} ${data})`;
}

// deepCopy: Values is one map for all requests, and mergeOverwrite changes its first argument
function mergedLookup(key: string, original: string): string {
  return `(mergeOverwrite (deepCopy (${original} | default dict)) (deepCopy (dig "profiles" ${profileName} "fields" "${key}" dict ${data})))`;
}

function unitedLookup(key: string, list: string): string {
  const always = `(dig "profiles" ${profileName} "always" "${key}" "" ${data})`;
  const both = `(uniq (compact (concat (splitList "," ${always}) (splitList "," (${list} | default "" | toString)))))`;
  return `(ternary ${list} (join "," ${both}) (eq ${always} ""))`;
}
