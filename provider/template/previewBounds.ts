import { previewAnnotation } from "../pod/podAnnotations.js";

/**
 * What a pod may bring on itself as planned data. Anybody who may create a pod can write the annotation: without bounds, a long
 * one would keep istiod busy for minutes, for all pods. What is outside of them is not taken for data.
 */
export const bounds = {
  /** Bytes of the annotation. */
  data: 32 * 1024,
  /** Bytes of the pod's `proxy.istio.io/config`, which is searched for each write. */
  config: 16 * 1024,
  /** Workload layers of the namespace. */
  workloads: 8,
  /** Maps that a profile writes to. */
  writes: 128,
  /** Bytes of the path of such a map. */
  at: 128,
  /** Bytes of names that pods may decide themselves, which are part of a regular expression. */
  own: 256,
  /** Bytes of a list that is united with others. */
  always: 2048,
} as const;

/** Template text that takes the pod's planned data for `$sidecarData`. `$sidecarOwn` is there. */
export const takePreview = `{{- with index $.ObjectMeta.Annotations "${previewAnnotation}" -}}
{{- $preview := "" }}{{ if le (len .) ${bounds.data} }}{{ $preview = fromJSON . }}{{ end -}}
{{- if kindIs "map" $preview -}}
{{- $small := and (le (len $sidecarOwn) ${bounds.config}) (le (len (dig "workloads" $.ObjectMeta.Namespace list $preview)) ${bounds.workloads}) -}}
{{- range $profile := dig "profiles" dict $preview -}}
{{- if gt (len ($profile.writes | default list)) ${bounds.writes} }}{{ $small = false }}{{ end -}}
{{- range $write := $profile.writes -}}
{{- if not (and (le (len $write.at) ${bounds.at}) (regexMatch "^[\\\\w|]{0,${bounds.own}}$" ($write.own | default ""))) }}{{ $small = false }}{{ end -}}
{{- if eq $write.at "always" }}{{ range $write.is }}{{ if gt (len .) ${bounds.always} }}{{ $small = false }}{{ end }}{{ end }}{{ end -}}
{{- end -}}
{{- end -}}
{{- if $small }}{{ $sidecarData = $preview }}{{ $sidecarStamp = "preview" }}{{ end -}}
{{- end -}}
{{- end -}}
`;
