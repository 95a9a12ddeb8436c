import { dataKey } from "./dataKey.js";
import { ownKeyPattern, proxyConfigAnnotation, stampAnnotation } from "./podAnnotations.js";

/**
 * Template text that finds the profiles of the pod at hand: `$sidecarProfiles`, the namespace's or global one, then those of
 * the workload layers whose selectors pick the pod, the strongest last. `$` is the pod's data, as in Istio's `define`s.
 * Of a pod that `istioctl kube-inject` has been at, istiod hides the sidecar and its status from templates but leaves it where
 * it is; only the volumes tell.
 */
export const pickProfiles = `{{- $sidecarData := $.Values.global.${dataKey} | default dict -}}
{{- $sidecarOwn := index $.ObjectMeta.Annotations "${proxyConfigAnnotation}" | default "" -}}
{{- $sidecarPlaced := false -}}
{{- range $.Spec.Containers }}{{ if eq .Name "istio-proxy" }}{{ $sidecarPlaced = true }}{{ end }}{{ end -}}
{{- range $.Spec.InitContainers }}{{ if eq .Name "istio-proxy" }}{{ $sidecarPlaced = true }}{{ end }}{{ end -}}
{{- range $.Spec.Volumes }}{{ if eq .Name "istio-envoy" }}{{ $sidecarPlaced = or $sidecarPlaced (not (isset $.ObjectMeta.Annotations "${stampAnnotation}")) }}{{ end }}{{ end -}}
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

/**
 * Template text that puts one part of these profiles in place below a map of roots, \`root\`. Maps on the way are copied
 * before they are changed: the Helm values are one map for all requests.
 */
export function putInPlace(part: "template" | "overlay", root: string): string {
  return `{{- $sidecarCopied := dict -}}
{{- range $name := $sidecarProfiles }}{{ range $write := dig "profiles" $name "${part}" list $sidecarData -}}
{{- $says := and $write.own (regexMatch (printf "${ownKey}" $write.own) $sidecarOwn) -}}
{{- if not (or $says (and $write.placed $sidecarPlaced)) -}}
{{- $at := ${root} }}{{ $path := "" }}{{ $_ := set $at (print "wrote " (first $write.at)) true -}}
{{- range $key := initial $write.at -}}
{{- $path = print $path "/" $key -}}
{{- if not (hasKey $sidecarCopied $path) -}}
{{- $copy := dict }}{{ $old := index $at $key -}}
{{- if kindIs "map" $old }}{{ range $k, $v := $old }}{{ $_ := set $copy $k $v }}{{ end }}{{ end -}}
{{- $_ := set $at $key $copy }}{{ $_ := set $sidecarCopied $path true -}}
{{- end -}}
{{- $at = index $at $key -}}
{{- end -}}
{{- $key := last $write.at -}}
{{- if eq (first $write.at) "always" }}{{ $_ := set $at $key (print (index $at $key | default "") "," $write.is) -}}
{{- else }}{{ $_ := set $at $key $write.is }}{{ end -}}
{{- end -}}
{{- end }}{{ end -}}
`;
}

// as a string literal of a Go template
const ownKey = ownKeyPattern.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
