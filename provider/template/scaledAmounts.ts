/**
 * Template text that computes resources from those of the application's containers, into a map. If the application lacks a limit or a
 * request, the amount is nil, which also removes Istio's: a request above Istio's limit would make the API server reject the pod.
 */
export function scaledAmounts(scaled: string, resources: string): string {
  return `{{- range $resource, $unit := dict "cpu" "m" "memory" "" }}
  {{- $limit := 0 }}{{ $request := 0 }}
  {{- range $container := $.Spec.Containers }}
    {{- if and (ne $container.Name "istio-proxy") (or (ne ${scaled}.of "container") (eq $container.Name (${scaled}.container | default ""))) }}
      {{- $has := dict "limit" 0 "request" 0 }}
      {{- if eq $resource "cpu" }}
        {{- $has = dict "limit" $container.Resources.Limits.Cpu.MilliValue "request" $container.Resources.Requests.Cpu.MilliValue }}
      {{- else }}
        {{- $has = dict "limit" $container.Resources.Limits.Memory.Value "request" $container.Resources.Requests.Memory.Value }}
      {{- end }}
      {{- if eq ${scaled}.of "sum" }}
        {{- $limit = add $limit $has.limit }}{{ $request = add $request $has.request }}
      {{- else }}
        {{- $limit = max $limit $has.limit }}{{ $request = max $request $has.request }}
      {{- end }}
    {{- end }}
  {{- end }}
  {{- if $limit }}{{ $limit = max $limit $request }}{{ end }}
  {{- if or $limit $request }}
    {{- range $kind, $amount := dict "limits" $limit "requests" $request }}
      {{- if not (hasKey ${resources} $kind) }}{{ $_ := set ${resources} $kind dict }}{{ end }}
      {{- $share := ternary nil (print (div (add (mul $amount ${scaled}.percent) 99) 100) $unit) (eq (int64 $amount) 0) }}
      {{- $_ := set (index ${resources} $kind) $resource $share }}
    {{- end }}
  {{- end }}
{{- end }}`;
}
