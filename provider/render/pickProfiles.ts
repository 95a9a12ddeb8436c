import { dataKey } from "./dataKey.js";
import { ownKeyPattern, proxyConfigAnnotation, stampAnnotation } from "./podAnnotations.js";

/**
 * Template text that finds the profiles of the pod at hand: `$sidecarProfiles`, the namespace's or global one, then those of
 * the workload layers whose selectors pick the pod, the strongest last. `$` is the pod's data, as in Istio's `define`s.
 */
export const pickProfiles = `{{- $sidecarData := $.Values.global.${dataKey} | default dict -}}
{{- $sidecarOwn := index $.ObjectMeta.Annotations "${proxyConfigAnnotation}" | default "" -}}
{{- $sidecarProfiles := list (dig "namespaces" $.ObjectMeta.Namespace "*" $sidecarData) -}}
{{- range $layer := dig "workloads" $.ObjectMeta.Namespace list $sidecarData -}}
{{- $picks := true -}}
{{- range $layer.selector -}}
{{- $has := isset $.ObjectMeta.Labels .key -}}
{{- $listed := and $has (has (index $.ObjectMeta.Labels .key) (.values | default list)) -}}
{{- if eq .operator "In" }}{{ $picks = and $picks $listed -}}
{{- else if eq .operator "NotIn" }}{{ $picks = and $picks (not $listed) -}}
{{- else if eq .operator "Exists" }}{{ $picks = and $picks $has -}}
{{- else }}{{ $picks = and $picks (not $has) }}{{ end -}}
{{- end -}}
{{- if $picks }}{{ $sidecarProfiles = append $sidecarProfiles $layer.profile }}{{ end -}}
{{- end -}}
`;

/** Template text that puts the stamp of these profiles into a map, which may have one already. */
export function putStamp(root: string): string {
  return `{{- range $name := $sidecarProfiles }}{{ $_ := set ${root} "stamp" (compact (list ${root}.stamp (dig "profiles" $name "stamp" "" $sidecarData)) | join ".") }}{{ end -}}`;
}

/**
 * Template text that tells whether the pod has an istio-proxy container of its own, `$sidecarPlaced`. Of a pod that
 * `istioctl kube-inject` has been at, istiod hides the sidecar and its status from templates but leaves it where it is; only the
 * volumes tell.
 */
const findPlace = `{{- $sidecarPlaced := false -}}
{{- range $.Spec.Containers }}{{ if eq .Name "istio-proxy" }}{{ $sidecarPlaced = true }}{{ end }}{{ end -}}
{{- range $.Spec.InitContainers }}{{ if eq .Name "istio-proxy" }}{{ $sidecarPlaced = true }}{{ end }}{{ end -}}
{{- range $.Spec.Volumes }}{{ if eq .Name "istio-envoy" }}{{ $sidecarPlaced = or $sidecarPlaced (not (isset $.ObjectMeta.Annotations "${stampAnnotation}")) }}{{ end }}{{ end -}}
`;

/** How the settings of a pod are put in place. */
interface Placing {
  /** The parts of a profile that are put in place. */
  parts: readonly ("template" | "overlay")[];
  /** A map of roots. */
  root: string;
  /** Maps below it, with slashes, that are the pod's own already. */
  own: readonly string[];
  /** What is put in place. Default: everything. */
  within?: Places;
}

/** Nothing outside of these places, or nothing in them, with slashes. */
export type Places = { only: readonly string[] } | { except: readonly string[] };

/**
 * Template text that puts settings in place. Maps on the way that are not the pod's own are copied before they are changed: the Helm
 * values are one map for all requests. `proxyConfig` is there only with content: all of the pod's, as its settings change it.
 */
export function putInPlace({ parts, root, own, within = { except: [] } }: Placing): string {
  const template = parts.includes("template");
  const placed = template && !("only" in within && !within.only.includes("expression"));
  const lists = parts.map((part) => `dig "profiles" $name "${part}" list $sidecarData`);
  const writes = lists.length === 1 ? lists.join() : `concat ${lists.map((list) => `(${list})`).join(" ")}`;
  const says = `and $write.own $sidecarOwn (regexMatch (printf "${ownKey}" $write.own) $sidecarOwn)`;
  const [mayDecide, decides] = placed
    ? ["or $sidecarOwn $sidecarPlaced", `or (${says}) (and $write.placed $sidecarPlaced)`]
    : ["$sidecarOwn", says];
  const known = own.map((path) => ` "${path}" ${root}.${path.replaceAll("/", ".")}`).join("");
  const found = findMap(root, parts.includes("overlay"));
  // each action here is paid for by every pod, several times
  const condition = isWithin(within);
  const each = (put: string) =>
    condition === undefined
      ? `{{- range $key, $is := $write.is }}${put}{{ end -}}`
      : `{{- range $key, $is := $write.is }}{{ $place := print $write.at "/" $key "/" }}{{ if and ${condition} }}${put}{{ end }}{{ end -}}`;
  const set = each("{{ $_ := set $at $key $is }}");
  const unite = each(`{{ $_ := set $at $key (print (index $at $key | default "") "," $is) }}`);
  const put = template
    ? `{{- if eq $write.at "always" -}}\n${unite}\n{{- else -}}\n${set}\n{{- end -}}`
    : set;
  return `${placed ? findPlace : ""}{{- $sidecarMaps := dict "" ${root}${known} }}{{ $sidecarDecides := ${mayDecide} -}}
{{- range $name := $sidecarProfiles }}{{ range $write := ${writes} -}}
{{- if not (and $sidecarDecides (${decides})) -}}
${found}${put}
{{- end -}}
{{- end }}{{ end -}}
`;
}

/** The condition of a template on `$place`; undefined where every place is meant. */
function isWithin(places: Places): string | undefined {
  const named = "only" in places ? places.only : places.except;
  const tests = named.map((place) => `(hasPrefix "${place}/" $place)`);
  if (tests.length === 0) return undefined;
  const isIn = tests.length === 1 ? tests.join() : `(or ${tests.join(" ")})`;
  return "only" in places ? isIn : `(not ${isIn})`;
}

/** Template text that puts the map of `$write` into `$at`, copied on its way if it is not yet the pod's own. */
function findMap(root: string, overlay: boolean): string {
  // most pods have no setting there, and this is dear
  const proxyConfig = overlay
    ? `{{- if eq $walked "proxyConfig" }}{{ $copy = fromJSON (protoToJSON $.ProxyConfig) }}{{ end -}}\n`
    : "";
  return `{{- if not (hasKey $sidecarMaps $write.at) -}}
{{- $at := ${root} }}{{ $walked := "" -}}
{{- range $key := splitList "/" $write.at -}}
{{- $walked = trimPrefix "/" (print $walked "/" $key) -}}
{{- if not (hasKey $sidecarMaps $walked) -}}
{{- $copy := dict }}{{ $old := index $at $key -}}
{{- if kindIs "map" $old }}{{ range $k, $v := $old }}{{ $_ := set $copy $k $v }}{{ end }}{{ end -}}
${proxyConfig}{{- $_ := set $at $key $copy }}{{ $_ := set $sidecarMaps $walked $copy -}}
{{- end -}}
{{- $at = index $at $key -}}
{{- end -}}
{{- end -}}
{{- $at := index $sidecarMaps $write.at -}}
`;
}

// as a string literal of a Go template
const ownKey = ownKeyPattern.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
