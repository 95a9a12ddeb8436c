import { pickProfiles, putInPlace, putStamp } from "./pickProfiles.js";
import { resourceAnnotations, stampAnnotation } from "./podAnnotations.js";
import { metadataInProxyConfig } from "./proxyMetadata.js";
import { scaledAmounts } from "./scaledAmounts.js";
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
{{- $own := dict "init" dict "metadata" dict "env" dict }}
${putInPlace({ parts: ["overlay"], root: "$own", own: ["init", "metadata", "env"] })}
{{- $native := ${native} }}
{{- $proxyEnv := dict }}
{{- range $name, $value := $own.env }}{{ $_ := set $proxyEnv $name $value }}{{ end }}
{{- range $name, $value := $own.metadata }}{{ $_ := set $proxyEnv $name $value }}{{ end }}
${metadataInProxyConfig("$own")}
{{- $initResources := $own.init }}
{{- $resources := dict }}
{{- if or ${resourceAnnotations.map((name) => `(isset .ObjectMeta.Annotations "${name}")`).join(" ")} }}
  {{- /* one resource annotation makes Istio drop all other amounts, of the init container too */}}
  {{- $initResources = dict }}
{{- else if $own.scaled }}
${scaledAmounts("$own.scaled", "$resources")}
{{- end }}
{{- $interceptionMode := annotation .ObjectMeta "sidecar.istio.io/interceptionMode" ${mode} }}
{{- $init := and (or $initResources $own.metadata) (ne $interceptionMode "NONE") }}
{{- $proxy := or $proxyEnv $own.proxyConfig $resources }}
${putStamp("$own")}
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
{{- if or $proxyEnv $own.proxyConfig }}
    env:
{{- range $name, $value := $proxyEnv }}
    - name: {{ $name }}
      value: {{ $value | quote }}
{{- end }}
{{- if $own.proxyConfig }}
    - name: PROXY_CONFIG
      value: {{ $own.proxyConfig | toJson | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
`;
}

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

/** Whether there is Istio CNI, as this release's template asks; `false` where it does not. */
export function cniExpression(template: string): string {
  return /\{\{-?\s*if\s+([^{}]+?)\s*-?\}\}\s*- name: istio-validation/.exec(template)?.[1] ?? "false";
}
