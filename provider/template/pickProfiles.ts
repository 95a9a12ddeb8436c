import { ownKeyPattern, proxyConfigAnnotation, stampAnnotation } from "../pod/podAnnotations.js";
import { dataKey } from "./dataKey.js";
import { takePreview } from "./previewBounds.js";

/**
 * Template text that finds the pod's profiles: `$sidecarProfiles` has the namespace's or global one, then those of the workload layers
 * whose selectors match the pod, strongest last. `$` is the pod's data, as in Istio's `define`s.
 */
export const pickProfiles = `{{- $sidecarData := $.Values.global.${dataKey} | default dict }}{{ $sidecarStamp := "" -}}
{{- $sidecarOwn := index $.ObjectMeta.Annotations "${proxyConfigAnnotation}" | default "" -}}
${takePreview}{{- $sidecarProfiles := list (dig "namespaces" $.ObjectMeta.Namespace "*" $sidecarData) -}}
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

/** Template text that adds the profiles' stamp to a map. A preview's stamp is marked, so that it can't pass for a real one on a pod. */
export function putStamp(root: string): string {
  return `{{- if $sidecarStamp }}{{ $_ := set ${root} "stamp" $sidecarStamp }}{{ end -}}
{{- range $name := $sidecarProfiles }}{{ $_ := set ${root} "stamp" (compact (list ${root}.stamp (dig "profiles" $name "stamp" "" $sidecarData)) | join ".") }}{{ end -}}`;
}

/**
 * Template text that sets `$sidecarPlaced`: whether the pod has an istio-proxy container of its own. If `istioctl kube-inject` injected
 * the pod, istiod hides the sidecar and its status from templates but leaves it in place, so only the volumes show it.
 */
const findPlace = `{{- $sidecarPlaced := false -}}
{{- range $.Spec.Containers }}{{ if eq .Name "istio-proxy" }}{{ $sidecarPlaced = true }}{{ end }}{{ end -}}
{{- range $.Spec.InitContainers }}{{ if eq .Name "istio-proxy" }}{{ $sidecarPlaced = true }}{{ end }}{{ end -}}
{{- range $.Spec.Volumes }}{{ if eq .Name "istio-envoy" }}{{ $sidecarPlaced = or $sidecarPlaced (not (isset $.ObjectMeta.Annotations "${stampAnnotation}")) }}{{ end }}{{ end -}}
`;

/**
 * Template text that applies the profiles' writes to a map of roots. `own`: slash-separated paths of maps that already belong to this
 * pod. Others are copied before they are changed, since all requests share the Helm values. `proxyConfig` is only set if a setting
 * changes it, and then is the pod's whole ProxyConfig.
 */
export function putInPlace(root: string, own: readonly string[]): string {
  const says = `and $write.own $sidecarOwn (regexMatch (printf "${ownKey}" $write.own) $sidecarOwn)`;
  const known = own.map((path) => ` "${path}" ${root}.${path.replaceAll("/", ".")}`).join("");
  // every pod pays for each action here, several times
  const each = (put: string) => `{{- range $key, $is := $write.is }}${put}{{ end -}}`;
  return `${findPlace}{{- $sidecarMaps := dict "" ${root}${known} }}{{ $sidecarDecides := or $sidecarOwn $sidecarPlaced -}}
{{- range $name := $sidecarProfiles }}{{ range $write := dig "profiles" $name "writes" list $sidecarData -}}
{{- if not (and $sidecarDecides (or (${says}) (and $write.placed $sidecarPlaced))) -}}
${findMap(root)}{{- if eq $write.at "always" -}}
${each(`{{ $_ := set $at $key (print (index $at $key | default "") "," $is) }}`)}
{{- else -}}
${each("{{ $_ := set $at $key $is }}")}
{{- end -}}
{{- end -}}
{{- end }}{{ end -}}
`;
}

/** Template text that sets `$at` to the map of `$write`, copying any part of its path that isn't the pod's own yet. */
function findMap(root: string): string {
  // most pods have no setting in proxyConfig, and reading it is expensive
  return `{{- if not (hasKey $sidecarMaps $write.at) -}}
{{- $at := ${root} }}{{ $walked := "" -}}
{{- range $key := splitList "/" $write.at -}}
{{- $walked = trimPrefix "/" (print $walked "/" $key) -}}
{{- if not (hasKey $sidecarMaps $walked) -}}
{{- $copy := dict }}{{ $old := index $at $key -}}
{{- if kindIs "map" $old }}{{ range $k, $v := $old }}{{ $_ := set $copy $k $v }}{{ end }}{{ end -}}
{{- if eq $walked "proxyConfig" }}{{ $copy = fromJSON (protoToJSON $.ProxyConfig) }}{{ end -}}
{{- $_ := set $at $key $copy }}{{ $_ := set $sidecarMaps $walked $copy -}}
{{- end -}}
{{- $at = index $at $key -}}
{{- end -}}
{{- end -}}
{{- $at := index $sidecarMaps $write.at -}}
`;
}

// as a string literal of a Go template
const ownKey = ownKeyPattern.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
