import { ownKeyPattern, proxyConfigAnnotation, resourceAnnotations } from "./podAnnotations.js";
import { dataKey } from "./scopeTemplate.js";

/** The annotation that the injector writes: the digest of the settings that it gave the pod. */
export const stampAnnotation = "sidecar-settings/stamp";

/**
 * The overlay for what no Helm value can say: the init container's own resources, variables, PROXY_CONFIG and the stamp.
 * It follows `sidecar-scoped`, and takes from it how this Istio release tells native sidecars and Istio CNI.
 * A key is emitted only with content: an empty `env:` would delete Istio's variables from the container.
 */
export function overlayTemplate(template: string): string {
  return `{{- /* Sidecar settings that no Helm value can say. Written by pulumi-istio-sidecar; change the Pulumi program instead. */ -}}
{{- $data := .Values.global.${dataKey} | default dict }}
{{- $profile := dig "profiles" (dig "namespaces" .ObjectMeta.Namespace "*" $data) (dict) $data }}
{{- $native := ${nativeExpression(template)} }}
{{- $own := index .ObjectMeta.Annotations "${proxyConfigAnnotation}" | default "" }}
{{- $initEnv := dict }}
{{- $proxyEnv := dict }}
{{- $proxyConfig := dict }}
{{- range $name, $value := dig "metadata" (dict) $profile }}
  {{- if not (regexMatch (printf "${ownKey}" $name) $own) }}
    {{- $_ := set $initEnv $name $value }}
    {{- $_ := set $proxyEnv $name $value }}
  {{- end }}
{{- end }}
{{- if $initEnv }}
  {{- $_ := set $proxyConfig "proxyMetadata" $initEnv }}
{{- end }}
{{- range $field, $is := dig "proxyConfig" (dict) $profile }}
  {{- if not (regexMatch (printf "${ownKey}" (printf "(%s|%s)" $field $is.alias)) $own) }}
    {{- $_ := set $proxyConfig $field $is.value }}
    {{- range $name, $value := $is.env }}
      {{- if not (regexMatch (printf "${ownKey}" $name) $own) }}
        {{- $_ := set $proxyEnv $name $value }}
      {{- end }}
    {{- end }}
  {{- end }}
{{- end }}
{{- $initResources := dig "initResources" (dict) $profile }}
{{- if or ${resourceAnnotations.map((name) => `(isset .ObjectMeta.Annotations "${name}")`).join(" ")} }}
  {{- /* one resource annotation makes Istio drop all other amounts, of the init container too */}}
  {{- $initResources = dict }}
{{- end }}
{{- $init := and (or $initResources $initEnv) (ne (annotation .ObjectMeta "sidecar.istio.io/interceptionMode" .ProxyConfig.InterceptionMode) "NONE") }}
{{- $proxy := or $proxyEnv $proxyConfig }}
{{- if $profile.stamp }}
metadata:
  annotations:
    ${stampAnnotation}: {{ $profile.stamp | quote }}
{{- end }}
{{- if or $init $proxy }}
spec:
{{- if or $init (and $proxy $native) }}
  initContainers:
{{- end }}
{{- if $init }}
  - name: {{ if ${cniExpression(template)} }}istio-validation{{ else }}istio-init{{ end }}
{{- if $initResources }}
    resources: {{ toJson $initResources }}
{{- end }}
{{- if $initEnv }}
    env:
{{- range $name, $value := $initEnv }}
    - name: {{ $name }}
      value: {{ $value | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- if $proxy }}
{{- if not $native }}
  containers:
{{- end }}
  - name: istio-proxy
    env:
{{- range $name, $value := $proxyEnv }}
    - name: {{ $name }}
      value: {{ $value | quote }}
{{- end }}
{{- if $proxyConfig }}
    - name: PROXY_CONFIG
      value: {{ mergeOverwrite (fromJSON (protoToJSON .ProxyConfig)) $proxyConfig | toJson | toJson }}
{{- end }}
{{- end }}
{{- end }}
`;
}

// as a string literal of a Go template
const ownKey = ownKeyPattern.replaceAll("\\", "\\\\").replaceAll('"', '\\"');

function nativeExpression(template: string): string {
  return /\{\{-?\s*\$nativeSidecar\s*:=\s*([^{}]+?)\s*-?\}\}/.exec(template)?.[1] ?? "false";
}

function cniExpression(template: string): string {
  return /\{\{-?\s*if\s+([^{}]+?)\s*-?\}\}\s*- name: istio-validation/.exec(template)?.[1] ?? "false";
}
