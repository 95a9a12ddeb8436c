import { parseBoolean, parseChoice } from "../choice.js";
import { environmentName, parseVariable } from "../environmentVariable.js";
import { numberSchema, parseNumber } from "../number.js";
import { layerLevels, type SettingDeclaration } from "../SettingDeclaration.js";
import { parseSeccompProfile } from "../seccompProfile.js";
import {
  containerField,
  openSetting,
  proxyConfigSetting,
  proxyMetadataForeign,
  proxyMetadataPodFields,
  proxyMetadataSetting,
  setting,
} from "./setting.js";

export const dnsProxy: SettingDeclaration = proxyMetadataSetting({
  path: "dnsProxy",
  names: ["ISTIO_META_DNS_CAPTURE", "ISTIO_META_DNS_AUTO_ALLOCATE"],
  foreign: [{ in: "asm", paths: [["istioDNSProxyEnabled"]] }],
  parse: parseBoolean,
  schema: { type: "boolean" },
  about: {
    summary: "whether the sidecar proxies DNS, and allocates addresses for hosts without one",
    istio: "variables `ISTIO_META_DNS_CAPTURE`, `ISTIO_META_DNS_AUTO_ALLOCATE`",
    asm: "IstioDNSProxyEnabled",
  },
});

/** `taken`: variable -> the setting to use instead. */
export function environment(taken: ReadonlyMap<string, string>): SettingDeclaration {
  return openSetting({
    path: "env",
    open: environmentName(taken),
    parse: parseVariable,
    rendering: (name) => ({ to: "proxyMetadata", names: [name] }),
    podFields: proxyMetadataPodFields,
    overrides: (name) => [{ by: "proxyConfig", path: ["proxyMetadata", name] }],
    foreign: (name) => proxyMetadataForeign(name),
    schema: { type: ["string", "number", "boolean"] },
    about: {
      summary: "environment variables of istio-proxy and istio-init, by name",
      istio: "`ProxyConfig.proxyMetadata`",
      asm: "ProxyMetadata",
      why: "merged by name across levels, as Istio merges proxy metadata",
    },
  });
}

const threads = { least: 0, most: 1024, digits: 0, of: "worker threads" };

export const sidecarProcess: readonly SettingDeclaration[] = [
  proxyConfigSetting({
    path: "concurrency",
    field: ["concurrency"],
    as: "number",
    foreign: [{ in: "ProxyConfig", paths: [["concurrency"]] }],
    parse: parseNumber(threads),
    schema: numberSchema(threads),
    about: {
      summary:
        "Envoy's worker threads; 0 means one per core of the node. By default, derived from the CPU limit",
      istio: "`ProxyConfig.concurrency`",
      asm: "Concurrency",
    },
  }),
  setting({
    path: "privileged",
    parse: parseBoolean,
    rendering: { to: "value", path: ["proxy", "privileged"] },
    ...containerField("istio-proxy", ["securityContext", "privileged"], "text"),
    foreign: [{ in: "asm", paths: [["privileged"]] }],
    // together with Istio's own allowPrivilegeEscalation: false, Kubernetes would reject the container
    levels: layerLevels,
    schema: { type: "boolean" },
    about: {
      summary: "whether istio-proxy and istio-init run privileged",
      istio: "Helm `global.proxy.privileged`",
      asm: "Privileged",
    },
  }),
  setting({
    path: "enableCoreDump",
    parse: parseBoolean,
    rendering: { to: "value", path: ["proxy", "enableCoreDump"] },
    // visible as an init container of its own, in releases that support it
    podFields: [],
    overrides: [{ by: "annotation", name: "sidecar.istio.io/enableCoreDump" }],
    foreign: [{ in: "asm", paths: [["enableCoreDump"]] }],
    schema: { type: "boolean" },
    about: {
      summary: "whether an init container enables core dumps of istio-proxy",
      istio: "Helm `global.proxy.enableCoreDump`",
      asm: "EnableCoreDump",
    },
  }),
  setting({
    path: "seccompProfile",
    parse: parseSeccompProfile,
    rendering: { to: "value", path: ["proxy", "seccompProfile"] },
    ...containerField("istio-proxy", ["securityContext", "seccompProfile"], "text"),
    schema: {
      type: "object",
      required: ["type"],
      additionalProperties: false,
      properties: {
        type: { enum: ["RuntimeDefault", "Unconfined", "Localhost"] },
        localhostProfile: { type: "string" },
      },
    },
    about: {
      summary: "seccomp profile of istio-proxy and istio-init",
      istio: "Helm `global.proxy.seccompProfile`",
    },
  }),
  setting({
    path: "imageType",
    parse: parseChoice(
      ["default", "distroless", "debug"],
      "leave it out for the variant that Istio was installed with",
    ),
    rendering: { to: "expression", name: "imageType" },
    podFields: [{ in: "imageType" }],
    overrides: [
      { by: "annotation", name: "sidecar.istio.io/proxyImageType", readBy: "istiod" },
      { by: "annotation", name: "sidecar.istio.io/proxyImage" },
      { by: "container", of: "istio-proxy", path: ["image"] },
    ],
    foreign: [{ in: "ProxyConfig", paths: [["image", "imageType"]] }],
    schema: { enum: ["default", "distroless", "debug"] },
    about: {
      summary: "variant of the sidecar's image",
      istio: "Helm `global.variant`, annotation `sidecar.istio.io/proxyImageType`",
    },
  }),
  setting({
    path: "imagePullPolicy",
    parse: parseChoice(["Always", "IfNotPresent", "Never"], "use one of Kubernetes' policies"),
    rendering: { to: "value", path: ["imagePullPolicy"] },
    podFields: [
      { in: "container", of: "istio-proxy", path: ["imagePullPolicy"], as: "text" },
      { in: "container", of: "istio-init", path: ["imagePullPolicy"], as: "text" },
    ],
    overrides: [
      { by: "container", of: "istio-proxy", path: ["imagePullPolicy"] },
      { by: "container", of: "istio-init", path: ["imagePullPolicy"] },
      // Kubernetes defaults it in a container without one, before Istio sees the pod
      { by: "presence", of: "istio-proxy" },
      { by: "presence", of: "istio-init" },
    ],
    schema: { enum: ["Always", "IfNotPresent", "Never"] },
    about: {
      summary: "when the sidecar's image is pulled",
      istio: "Helm `global.imagePullPolicy`",
    },
  }),
];
