import { previewAnnotation } from "../pod/podAnnotations.js";

/**
 * Limits on planned data in a pod's annotation. Anyone who can create a pod can set it: without limits, a large one would block istiod
 * for minutes, for all pods. Data that exceeds them is ignored.
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
  /** Bytes of the keys that pods may override, which become part of a regular expression. */
  own: 256,
  /** Bytes of a list in `always`. */
  always: 2048,
} as const;

/**
 * Template text that replaces `$sidecarData` by the pod's planned data, if any. Expects `$sidecarOwn`. The pattern has no count in it: istiod
 * compiles it for each write, and `{0,256}` takes a hundred times as long as `*`.
 */
export const takePreview = `{{- with index $.ObjectMeta.Annotations "${previewAnnotation}" -}}
{{- $preview := "" }}{{ if le (len .) ${bounds.data} }}{{ $preview = fromJSON . }}{{ end -}}
{{- if kindIs "map" $preview -}}
{{- $small := and (le (len $sidecarOwn) ${bounds.config}) (le (len (dig "workloads" $.ObjectMeta.Namespace list $preview)) ${bounds.workloads}) -}}
{{- range $profile := dig "profiles" dict $preview -}}
{{- if gt (len ($profile.writes | default list)) ${bounds.writes} }}{{ $small = false }}{{ end -}}
{{- range $write := $profile.writes -}}
{{- $own := $write.own | default "" -}}
{{- if not (and (le (len $write.at) ${bounds.at}) (le (len $own) ${bounds.own}) (regexMatch "^[\\\\w|]*$" $own)) }}{{ $small = false }}{{ end -}}
{{- if eq $write.at "always" }}{{ range $write.is }}{{ if gt (len .) ${bounds.always} }}{{ $small = false }}{{ end }}{{ end }}{{ end -}}
{{- end -}}
{{- end -}}
{{- if $small }}{{ $sidecarData = $preview }}{{ $sidecarStamp = "preview" }}{{ end -}}
{{- end -}}
{{- end -}}
`;
