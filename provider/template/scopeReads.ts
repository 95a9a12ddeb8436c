import { grouped } from "../data/grouped.js";
import { declarations, type Rendering } from "../settings/declarations.js";

export interface ScopedReads {
  text: string;
  /** The template's reads that settings can change, with counts: `.Values.global.proxy.resources` -> 2. */
  found: ReadonlyMap<string, number>;
  /** Whether the template reads what a setting is rendered to, so that the setting has an effect. */
  reads(rendering: Rendering): boolean;
}

const renderings = declarations.map(({ rendering }) => rendering("NAME"));

/** The maps and values below `global` that settings reach into. */
const roots = [
  ...new Set(renderings.flatMap((to) => (to.to === "value" || to.to === "united" ? [to.path[0] ?? ""] : []))),
];
const unitedKeys = renderings.flatMap((to) => (to.to === "united" ? [to.path.join(".")] : []));
const annotations = renderings.flatMap((to) => (to.to === "annotation" ? [to.annotation] : []));

const notAField = String.raw`(?<![\w$.)])`;
const annotated = String.raw`annotation\s+\$?\.ObjectMeta\s+[\`"][^\`"]+[\`"]\s+`;
const helmValue = new RegExp(
  String.raw`(${annotated})?${notAField}\$?\.Values\.global\.((?:${roots.join("|")})\b(?:\.\w+)*)`,
  "g",
);
const ownAnnotation = new RegExp(
  String.raw`\b(isset|index)\s+\$?\.ObjectMeta\.Annotations\s+[\`"](${annotations.map((name) => name.replaceAll(".", "\\.")).join("|")})[\`"]`,
  "g",
);

/** Expressions by which Istio's template reads from istiod, and their names in our data. */
const expressions = [
  { name: "nativeSidecar", istio: String.raw`\.NativeSidecars`, plain: ".NativeSidecars" },
  {
    name: "interceptionMode",
    istio: String.raw`\.ProxyConfig\.InterceptionMode(?:\.String)?`,
    plain: ".ProxyConfig.InterceptionMode.String",
  },
  {
    name: "hold",
    istio: String.raw`\.ProxyConfig\.HoldApplicationUntilProxyStarts\.GetValue`,
    plain: ".ProxyConfig.HoldApplicationUntilProxyStarts.GetValue",
  },
  { name: "imageType", istio: String.raw`\.ProxyImage`, plain: ".ProxyImage", variant: "ProxyImage" },
  {
    name: "imageType",
    istio: String.raw`\.ProxyInitImage`,
    plain: ".ProxyInitImage",
    variant: "ProxyInitImage",
  },
] as const;

/** Rewrites a template to read what settings can change from `$sidecar`, which the preamble defines. */
export function scopeReads(template: string): ScopedReads {
  const found = new Map<string, number>();
  const count = (what: string) => found.set(what, (found.get(what) ?? 0) + 1);
  let text = template.replace(helmValue, (_, call: string | undefined, path: string) => {
    count(`.Values.global.${path}`);
    const scoped = `$sidecar.global.${path}`;
    if (!unitedKeys.includes(path)) return `${call ?? ""}${scoped}`;
    const key = path.split(".").at(-1) ?? "";
    // for united lists, wrap the whole annotation call, so that the pod's own excludes are added to as well
    return call ? unitedLookup(key, `(${call}${scoped})`).slice(1, -1) : unitedLookup(key, scoped);
  });
  text = text.replace(ownAnnotation, (original, call: string, name: string) => {
    count(name);
    const given = `$sidecar.annotations "${name}"`;
    return call === "isset"
      ? `or (${original}) (hasKey ${given})`
      : `(${original}) | default (index ${given}) | default ""`;
  });
  for (const { name, istio, plain, ...rest } of expressions) {
    text = text.replace(new RegExp(`${notAField}(\\$?)${istio}\\b`, "g"), (_, root: string) => {
      count(plain);
      return `(dig "${"variant" in rest ? rest.variant : name}" ${root}${plain} $sidecar.expression)`;
    });
  }
  const isRead = (what: string) =>
    [...found.keys()].some((one) => one === what || one.startsWith(`${what}.`) || what.startsWith(`${one}.`));
  return {
    text,
    found,
    reads: (to) => {
      const needed = readsOf(to);
      return needed.length === 0 || needed.some(isRead);
    },
  };
}

/** The template must have one of these reads to support a rendering; empty for what has a place of its own. */
export function readsOf(to: Rendering): string[] {
  switch (to.to) {
    case "value":
    case "united":
      return [`.Values.global.${to.path.join(".")}`];
    case "annotation":
      return [to.annotation];
    case "expression":
      return expressions.filter(({ name }) => name === to.name).map(({ plain }) => plain);
    default:
      return [];
  }
}

// not with `ternary`, which evaluates both values; without spaces, so that an entry that people wrote after one is still the same
function unitedLookup(key: string, list: string): string {
  const always = `$sidecar.always.${key}`;
  const both = `(join "," (uniq (compact (concat (splitList "," ${always}) (splitList "," (${list} | default "" | toString | nospace))))))`;
  return `(or (and ${always} ${both}) ${list})`;
}

/** The parts of `$sidecar` that rewritten reads use. */
export const sidecarRoots = ["global", "always", "annotations", "expression"] as const;

export const opening = `{{/* Sidecar settings for the pod at hand. Written by pulumi-istio-sidecar; change the Pulumi program instead. */ -}}\n`;

/** Slash-separated paths of the maps that `copied` creates. */
export function copiedMaps(values: readonly string[][]): string[] {
  return [...new Set(values.flatMap(([first, second]) => (second === undefined ? [] : [`global/${first}`])))];
}

/** The Helm values below `global` that a text reads, two levels deep: `proxy.resources` for `proxy.resources.limits`. */
export function helmValuesRead(text: string): string[][] {
  const paths = [...text.matchAll(/(?:\$sidecar|\.Values)\.global\.(\w+)(?:\.(\w+))?/g)].map(
    ([, first = "", second]) => (second === undefined ? [first] : [first, second]),
  );
  const whole = new Set(paths.flatMap((path) => (path.length === 1 ? path : [])));
  const unique = new Map(
    paths
      .map((path) => (whole.has(path[0] ?? "") ? path.slice(0, 1) : path))
      .map((path) => [path.join("."), path]),
  );
  return [...unique.values()];
}

/** Defines `$sidecarHelm`, a map of just these Helm values: copying all would cost every pod more than everything else here. */
export function copied(values: readonly string[][]): string {
  const members = [...grouped(values, ([first = ""]) => first)].map(
    ([first, all]) => [first, all.flatMap(([, second]) => second ?? [])] as const,
  );
  const maps = members.filter(([, names]) => names.length > 0);
  const from = maps.map(([first]) => ` "${first}" ($.Values.global.${first} | default dict)`).join("");
  const copies = members.map(([first, names]) => {
    const own = names.map((name) => ` "${name}" $sidecarFrom.${first}.${name}`).join("");
    return names.length === 0 ? ` "${first}" $.Values.global.${first}` : ` "${first}" (dict${own})`;
  });
  return `{{- $sidecarFrom := dict${from} }}{{ $sidecarHelm := dict${copies.join("")} -}}\n`;
}

/** Template text that sets the images a text reads to the variant in the settings. */
export function imageVariants(text: string): string {
  const images = expressions.flatMap((one) =>
    "variant" in one && text.includes(`(dig "${one.variant}"`) ? [one.variant] : [],
  );
  if (images.length === 0) return "";
  return `{{- if and (hasKey $sidecar.expression "imageType") (not (isset $.ObjectMeta.Annotations "sidecar.istio.io/proxyImageType")) -}}
{{- $type := $sidecar.expression.imageType -}}
{{- range $key, $image := dict ${images.map((name) => `"${name}" $.${name}`).join(" ")} -}}
{{- $plain := regexReplaceAll "-(distroless|debug)$" $image "" -}}
{{- $_ := set $sidecar.expression $key (ternary $plain (print $plain "-" $type) (eq $type "default")) -}}
{{- end -}}
{{- end -}}
`;
}

/** The body of a define: everything up to the `end` that closes it. */
export function bodyOf(text: string): string {
  let depth = 1;
  for (const match of text.matchAll(/\{\{-?\s*(if|range|with|block|end)\b/g)) {
    depth += match[1] === "end" ? -1 : 1;
    if (depth === 0) return text.slice(0, match.index);
  }
  return text;
}
