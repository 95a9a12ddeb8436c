import type { InjectorData } from "../../provider/configMap/InjectorData";
import type { Layers } from "../../provider/levels/Layer";

/** A template in Istio's form: with all the places where settings are put, and reads of the Helm values below. */
export const template = `{{- define "resources" }}
  {{- if isset .ObjectMeta.Annotations \`sidecar.istio.io/proxyCPU\` }}
      requests:
        cpu: {{ index .ObjectMeta.Annotations \`sidecar.istio.io/proxyCPU\` | quote }}
  {{- else if .Values.global.proxy.resources }}
      {{ toYaml (omitNil .Values.global.proxy.resources) | indent 6 }}
  {{- end }}
{{- end }}
metadata:
  labels:
    security.istio.io/tlsMode: istio
  annotations: {
    istio.io/rev: {{ .Revision | default "default" | quote }},
{{- if .Values.pilot.cni.enabled }}
    sidecar.istio.io/interceptionMode: "{{ annotation .ObjectMeta \`sidecar.istio.io/interceptionMode\` .ProxyConfig.InterceptionMode }}",
{{- end }}
  }
spec:
  initContainers:
  {{ if .Values.pilot.cni.enabled -}}
  - name: istio-validation
  {{ else -}}
  - name: istio-init
  {{ end -}}
    args:
    - "-i"
    - "{{ annotation .ObjectMeta \`traffic.sidecar.istio.io/includeOutboundIPRanges\` .Values.global.proxy.includeIPRanges }}"
    - "-x"
    - "{{ annotation .ObjectMeta \`traffic.sidecar.istio.io/excludeOutboundIPRanges\` .Values.global.proxy.excludeIPRanges }}"
    - "-b"
    - "{{ .Values.global.proxy.includeInboundPorts }}"
    - "-d"
    - "{{ annotation .ObjectMeta \`traffic.sidecar.istio.io/excludeInboundPorts\` .Values.global.proxy.excludeInboundPorts }}"
    - "-q"
    - "{{ .Values.global.proxy.includeOutboundPorts }}"
    - "-o"
    - "{{ .Values.global.proxy.excludeOutboundPorts }}"
  {{- if .ProxyConfig.ProxyMetadata }}
    env:
    {{- range $key, $value := .ProxyConfig.ProxyMetadata }}
    - name: {{ $key }}
      value: "{{ $value }}"
    {{- end }}
  {{- end }}
    resources:
  {{ template "resources" . }}
  {{ if not .NativeSidecars }}
  containers:
  {{ end }}
  - name: istio-proxy
    image: "{{ .ProxyImage }}"
    lifecycle: {{ toJson .Values.global.proxy.lifecycle }}
    env:
    - name: TRUST_DOMAIN
      value: cluster.local
    - name: PROXY_CONFIG
      value: |
             {{ protoToJSON .ProxyConfig }}
    {{- range $key, $value := .ProxyConfig.ProxyMetadata }}
    - name: {{ $key }}
      value: "{{ $value }}"
    {{- end }}
    resources:
  {{ template "resources" . }}
  volumes:
  - name: istio-envoy
`;

export function indented(text: string, indent: string): string {
  return text.replace(/^(?=.)/gm, indent);
}

export const config = `policy: enabled\ntemplates:\n  sidecar: |\n${indented(template, "    ")}`;
export const values = JSON.stringify({ global: { proxy: { resources: { limits: { cpu: "2" } } } } });
export const data: InjectorData = { config, values };

export const layers: Layers = {
  "*": { owner: "acme/mesh/prod:global", settings: { "proxyResources.limits.cpu": "1", dnsProxy: true } },
  shop: { owner: "acme/shop/prod:shop", settings: { "alwaysExclude.inboundPorts": "9191" } },
  "shop/web": {
    owner: "acme/shop/prod:web",
    settings: { "env.GREETING": "hello, {{ web }}" },
    picks: {
      selector: [
        { key: "app", operator: "In", values: ["web"] },
        { key: "canary", operator: "DoesNotExist" },
      ],
      priority: 5,
    },
  },
};
