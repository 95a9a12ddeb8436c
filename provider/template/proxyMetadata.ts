/** Template text for settings that are variables of the sidecar's containers, and `proxyMetadata` of PROXY_CONFIG. */

/** Merges a root's `metadata` into its `proxyConfig`, which is created from the pod's ProxyConfig if it isn't there yet. */
export function metadataInProxyConfig(root: string): string {
  return `{{- if ${root}.metadata -}}
{{- if not ${root}.proxyConfig }}{{ $_ := set ${root} "proxyConfig" (fromJSON (protoToJSON $.ProxyConfig)) }}{{ end -}}
{{- $metadata := dict -}}
{{- range $name, $value := ${root}.proxyConfig.proxyMetadata }}{{ $_ := set $metadata $name $value }}{{ end -}}
{{- range $name, $value := ${root}.metadata }}{{ $_ := set $metadata $name $value }}{{ end -}}
{{- $_ := set ${root}.proxyConfig "proxyMetadata" $metadata -}}
{{- end -}}`;
}
