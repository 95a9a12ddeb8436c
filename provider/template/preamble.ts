import { resourceAnnotations } from "../settings/resourceAnnotations.js";
import { pickProfiles, putInPlace, putStamp } from "./pickProfiles.js";
import { scaledAmounts } from "./scaledAmounts.js";
import { copied, copiedMaps, helmValuesRead, imageVariants, opening, sidecarRoots } from "./scopeReads.js";

/** The variables that the joined template's places read. */
export const variables = {
  /** `$sidecar` with the init container's own amounts. */
  init: "$sidecarInit",
  /** `$sidecar` with amounts scaled from the application's. */
  proxy: "$sidecarProxy",
  /** Name -> value, escaped for use between quotes. */
  initEnvironment: "$sidecarInitEnv",
  proxyEnvironment: "$sidecarProxyEnv",
  /** The interception mode to annotate the pod with; empty if it is Istio's, or Istio sets the annotation. */
  annotatedMode: "$sidecarMode",
} as const;

const placeRoots = ["init", "metadata", "env"] as const;

/** Defines `$sidecar` with all settings, and what the joined template's places read. */
export function preamble(template: string, joined: string, found: ReadonlyMap<string, number>): string {
  const values = helmValuesRead([...found.keys()].join(" "));
  const roots = [...sidecarRoots.filter((root) => root !== "global"), ...placeRoots];
  return `${opening}${pickProfiles}${copied(values)}{{- $sidecar := dict "global" $sidecarHelm${roots.map((root) => ` "${root}" dict`).join("")} -}}
${putInPlace("$sidecar", ["global", ...roots, ...copiedMaps(values)])}${imageVariants(joined)}${putStamp("$sidecar")}
${metadataInProxyConfig("$sidecar")}
${environment}
${amounts}
${annotatedMode(template)}`;
}

const quoted = String.raw`($value | quote | trimPrefix "\"" | trimSuffix "\"")`;
const istiosOwn = "range $name, $value := $.ProxyConfig.ProxyMetadata }}{{ $_ := set";

// escaped, since Istio's template puts these between quotes as is
const environment = `{{- ${variables.initEnvironment} := $.ProxyConfig.ProxyMetadata }}{{ ${variables.proxyEnvironment} := ${variables.initEnvironment} -}}
{{- if $sidecar.metadata -}}
{{- ${variables.initEnvironment} = dict -}}
{{- ${istiosOwn} ${variables.initEnvironment} $name $value }}{{ end -}}
{{- range $name, $value := $sidecar.metadata }}{{ $_ := set ${variables.initEnvironment} $name ${quoted} }}{{ end -}}
{{- ${variables.proxyEnvironment} = ${variables.initEnvironment} -}}
{{- end -}}
{{- if $sidecar.env -}}
{{- ${variables.proxyEnvironment} = dict -}}
{{- range $name, $value := ${variables.initEnvironment} }}{{ $_ := set ${variables.proxyEnvironment} $name $value }}{{ end -}}
{{- range $name, $value := $sidecar.env }}{{ $_ := set ${variables.proxyEnvironment} $name ${quoted} }}{{ end -}}
{{- end -}}`;

// if a pod has one of these annotations, Istio drops all amounts but the pod's, also for the init container
const noneOfPod = `not (or ${resourceAnnotations.map((name) => `(isset $.ObjectMeta.Annotations "${name}")`).join(" ")})`;

const amounts = `{{- ${variables.init} := $sidecar }}{{ ${variables.proxy} := $sidecar -}}
{{- if and (or $sidecar.init $sidecar.scaled) (${noneOfPod}) -}}
${withAmounts(variables.init, "$sidecar.init")}
{{- if $sidecar.scaled -}}
{{- $scaled := dict -}}
${scaledAmounts("$sidecar.scaled", "$scaled")}
${withAmounts(variables.proxy, "$scaled")}
{{- end -}}
{{- end -}}`;

/** A copy of `$sidecar` with additional amounts. A nil amount removes Istio's. */
function withAmounts(variable: string, amountsMap: string): string {
  return `{{- $amounts := dict -}}
{{- range $block := list ($sidecar.global.proxy.resources | default dict) ${amountsMap} }}{{ range $kind, $has := $block -}}
{{- if not (kindIs "map" $has) }}{{ $_ := set $amounts $kind $has -}}
{{- else -}}
{{- if not (kindIs "map" (index $amounts $kind)) }}{{ $_ := set $amounts $kind dict }}{{ end -}}
{{- $to := index $amounts $kind -}}
{{- range $resource, $amount := $has -}}
{{- if kindIs "invalid" $amount }}{{ $_ := unset $to $resource }}{{ else }}{{ $_ := set $to $resource $amount }}{{ end -}}
{{- end -}}
{{- end -}}
{{- end }}{{ end -}}
{{- ${variable} = dict "global" (dict "proxy" (dict "resources" $amounts)) -}}`;
}

// istiod's Go code also reads the annotation: with TPROXY, it overrides the user that the pod sets
function annotatedMode(template: string): string {
  const given = 'annotation $.ObjectMeta "sidecar.istio.io/interceptionMode" .';
  const unlessIstio = `if not (${(whenIstioSaysMode(template) ?? "false").replaceAll(rootDot, "$.")})`;
  return `{{- ${variables.annotatedMode} := "" -}}
{{- with $sidecar.expression.interceptionMode }}{{ ${unlessIstio} }}{{ ${variables.annotatedMode} = ${given} }}{{ end }}{{ end -}}`;
}

const rootDot = /(?<![\w$.)])\.(?=\w)/g;

/** The condition under which Istio's template writes the annotation itself, as it does for Istio CNI; undefined if unclear. */
export function whenIstioSaysMode(template: string): string | undefined {
  const place = /^ *sidecar\.istio\.io\/interceptionMode:/m.exec(template);
  if (!place) return "false";
  const open: string[] = [];
  const actions = template
    .slice(0, place.index)
    .matchAll(/\{\{-?\s*(if|range|with|block|define|else|end)\b\s*([^{}]*?)\s*-?\}\}/g);
  for (const [, word = "", condition = ""] of actions) {
    if (word === "end") open.pop();
    else if (word === "else") open.splice(-1, 1, "$");
    else open.push(word === "if" ? condition : "$");
  }
  // the template's variables aren't defined yet where we evaluate the condition
  if (open.some((condition) => condition.includes("$"))) return undefined;
  const [only = "true", ...more] = open;
  return more.length === 0 ? only : `and ${open.map((condition) => `(${condition})`).join(" ")}`;
}

/** Merges a root's `metadata` into its `proxyConfig`, which is created from the pod's ProxyConfig if it isn't there yet. */
function metadataInProxyConfig(root: string): string {
  return `{{- if ${root}.metadata -}}
{{- if not ${root}.proxyConfig }}{{ $_ := set ${root} "proxyConfig" (fromJSON (protoToJSON $.ProxyConfig)) }}{{ end -}}
{{- $metadata := dict -}}
{{- range $name, $value := ${root}.proxyConfig.proxyMetadata }}{{ $_ := set $metadata $name $value }}{{ end -}}
{{- range $name, $value := ${root}.metadata }}{{ $_ := set $metadata $name $value }}{{ end -}}
{{- $_ := set ${root}.proxyConfig "proxyMetadata" $metadata -}}
{{- end -}}`;
}
