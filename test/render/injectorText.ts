import type { InjectorData, Layers } from "../../provider/render/compose";

/** A template that reads each Helm value that settings can change, at the indentation of a block of `templates`. */
export const template = `metadata:
  labels: x

spec:
  initContainers:
  - name: istio-init
    args:
    - "{{ .Values.global.proxy.includeIPRanges }}"
    - "{{ annotation .ObjectMeta \`traffic.sidecar.istio.io/excludeOutboundIPRanges\` .Values.global.proxy.excludeIPRanges }}"
    - "{{ .Values.global.proxy.includeInboundPorts }}"
    - "{{ .Values.global.proxy.excludeInboundPorts }}"
    - "{{ .Values.global.proxy.includeOutboundPorts }}"
    - "{{ .Values.global.proxy.excludeOutboundPorts }}"
  containers:
  - name: istio-proxy
    resources: {{ toJson .Values.global.proxy.resources }}
    lifecycle: {{ toJson .Values.global.proxy.lifecycle }}
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
