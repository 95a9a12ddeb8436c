import { pickProfiles, putInPlace } from "./pickProfiles.js";
import { resourceAnnotations, stampAnnotation } from "./podAnnotations.js";
import { beginning, type ScopedTemplate } from "./scopeTemplate.js";

export { stampAnnotation } from "./podAnnotations.js";

/**
 * The overlay for what no Helm value can say: the init container's own resources, resources in proportion, variables,
 * PROXY_CONFIG and the stamp. It follows `sidecar-scoped`, and takes from Istio's template how this release tells native
 * sidecars and Istio CNI. A key is emitted only with content: an empty `env:` would delete Istio's variables from the container.
 */
export function overlayTemplate(template: string, scoped: ScopedTemplate): string {
  const native = nativeExpression(scoped.text);
  const mode = interceptionMode(scoped);
  const annotated = annotatedMode(scoped);
  const start =
    scoped.found.size > 0
      ? beginning(scoped.found, [native, mode, annotated].join())
      : `{{/* Sidecar settings. */ -}}\n${pickProfiles}`;
  return `${start}
{{- $own := dict "init" dict "metadata" dict "env" dict "proxyConfig" (fromJSON (protoToJSON .ProxyConfig)) }}
${putInPlace({ part: "overlay", root: "$own", own: ["init", "metadata", "env", "proxyConfig"] })}
{{- $native := ${native} }}
{{- $configured := or (hasKey $own "wrote proxyConfig") (hasKey $own "wrote metadata") }}
{{- $proxyEnv := dict }}
{{- range $name, $value := $own.env }}{{ $_ := set $proxyEnv $name $value }}{{ end }}
{{- $metadata := dict }}
{{- range $name, $value := $own.proxyConfig.proxyMetadata }}{{ $_ := set $metadata $name $value }}{{ end }}
{{- range $name, $value := $own.metadata }}
  {{- $_ := set $proxyEnv $name $value }}
  {{- $_ := set $metadata $name $value }}
{{- end }}
{{- if $metadata }}{{ $_ := set $own.proxyConfig "proxyMetadata" $metadata }}{{ end }}
{{- $initResources := $own.init }}
{{- $resources := dict }}
{{- if or ${resourceAnnotations.map((name) => `(isset .ObjectMeta.Annotations "${name}")`).join(" ")} }}
  {{- /* one resource annotation makes Istio drop all other amounts, of the init container too */}}
  {{- $initResources = dict }}
{{- else if $own.scaled }}
${scaledAmountsTemplate}
{{- end }}
{{- $interceptionMode := annotation .ObjectMeta "sidecar.istio.io/interceptionMode" ${mode} }}
{{- $init := and (or $initResources $own.metadata) (ne $interceptionMode "NONE") }}
{{- $proxy := or $proxyEnv $configured $resources }}
{{- range $name := $sidecarProfiles }}{{ $_ := set $own "stamp" (compact (list $own.stamp (dig "profiles" $name "stamp" "" $sidecarData)) | join ".") }}{{ end }}
{{- if $own.stamp }}
metadata:
  annotations:
    ${stampAnnotation}: {{ $own.stamp | quote }}
${annotated}{{- end }}
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
{{- if $own.metadata }}
    env:
{{- range $name, $value := $own.metadata }}
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
{{- if $resources }}
    resources: {{ toJson $resources }}
{{- end }}
{{- if or $proxyEnv $configured }}
    env:
{{- range $name, $value := $proxyEnv }}
    - name: {{ $name }}
      value: {{ $value | quote }}
{{- end }}
{{- if $configured }}
    - name: PROXY_CONFIG
      value: {{ $own.proxyConfig | toJson | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
`;
}

// an amount that the application has not is taken from Istio's block too: a request above a limit of Istio's denies the pod
const scaledAmountsTemplate = `  {{- range $resource, $unit := dict "cpu" "m" "memory" "" }}
    {{- $limit := 0 }}{{ $request := 0 }}
    {{- range $container := $.Spec.Containers }}
      {{- if and (ne $container.Name "istio-proxy") (or (ne $own.scaled.of "container") (eq $container.Name ($own.scaled.container | default ""))) }}
        {{- $has := dict "limit" 0 "request" 0 }}
        {{- if eq $resource "cpu" }}
          {{- $has = dict "limit" $container.Resources.Limits.Cpu.MilliValue "request" $container.Resources.Requests.Cpu.MilliValue }}
        {{- else }}
          {{- $has = dict "limit" $container.Resources.Limits.Memory.Value "request" $container.Resources.Requests.Memory.Value }}
        {{- end }}
        {{- if eq $own.scaled.of "sum" }}
          {{- $limit = add $limit $has.limit }}{{ $request = add $request $has.request }}
        {{- else }}
          {{- $limit = max $limit $has.limit }}{{ $request = max $request $has.request }}
        {{- end }}
      {{- end }}
    {{- end }}
    {{- if $limit }}{{ $limit = max $limit $request }}{{ end }}
    {{- if or $limit $request }}
      {{- range $kind, $amount := dict "limits" $limit "requests" $request }}
        {{- if not (hasKey $resources $kind) }}{{ $_ := set $resources $kind dict }}{{ end }}
        {{- $share := ternary nil (print (div (add (mul $amount $own.scaled.percent) 99) 100) $unit) (eq (int64 $amount) 0) }}
        {{- $_ := set (index $resources $kind) $resource $share }}
      {{- end }}
    {{- end }}
  {{- end }}`;

function nativeExpression(scoped: string): string {
  return /\{\{-?\s*\$nativeSidecar\s*:=\s*([^{}]+?)\s*-?\}\}/.exec(scoped)?.[1] ?? "false";
}

const istiosMode = ".ProxyConfig.InterceptionMode.String";

function interceptionMode({ found }: ScopedTemplate): string {
  return found.has(istiosMode) ? `(dig "interceptionMode" ${istiosMode} $sidecar.expression)` : istiosMode;
}

// istiod's code looks at the annotation as well: with TPROXY a user that the pod asks for gives way
function annotatedMode({ found }: ScopedTemplate): string {
  if (!found.has(istiosMode)) return "";
  return `{{- with $sidecar.expression.interceptionMode }}
    sidecar.istio.io/interceptionMode: {{ annotation $.ObjectMeta "sidecar.istio.io/interceptionMode" . | quote }}
{{- end }}
`;
}

function cniExpression(template: string): string {
  return /\{\{-?\s*if\s+([^{}]+?)\s*-?\}\}\s*- name: istio-validation/.exec(template)?.[1] ?? "false";
}
