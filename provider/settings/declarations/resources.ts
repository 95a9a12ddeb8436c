import type { JsonSchema } from "../JsonSchema.js";
import { parseCpu, parseMemory } from "../quantity.js";
import { resourceAnnotations } from "../resourceAnnotations.js";
import type { ContainerRole, ForeignField, SettingDeclaration } from "../SettingDeclaration.js";
import { parseScaledResources } from "../scaledResources.js";
import { setting } from "./setting.js";

const kinds = ["limits", "requests"] as const;
const amounts = ["cpu", "memory"] as const;
const parsers = { cpu: parseCpu, memory: parseMemory } as const;

const schemas: Record<(typeof amounts)[number], JsonSchema> = {
  cpu: {
    anyOf: [
      { type: "number", exclusiveMinimum: 0 },
      { type: "string", pattern: "^\\s*[0-9.]+([eE][+-]?[0-9]+|[numkMG]|\\s*cores?)?\\s*$" },
    ],
    examples: [2, 0.5, "500m"],
  },
  memory: {
    anyOf: [
      { type: "number", minimum: 1048576 },
      { type: "string", pattern: "^\\s*[0-9.]+([eE][+-]?[0-9]+|\\s*([KMGTPE]iB?|[kMGTPE]))?\\s*$" },
    ],
    examples: ["128Mi", "1Gi"],
  },
};

const annotations = {
  "limits.cpu": "proxyCPULimit",
  "limits.memory": "proxyMemoryLimit",
  "requests.cpu": "proxyCPU",
  "requests.memory": "proxyMemory",
} as const;

const words = { limits: "Limit", requests: "Request" } as const;

function proxyAmount(kind: "limits" | "requests", resource: "cpu" | "memory"): SettingDeclaration {
  const field = [kind, resource];
  return setting({
    path: `proxyResources.${kind}.${resource}`,
    parse: parsers[resource],
    rendering: { to: "value", path: ["proxy", "resources", ...field] },
    podFields: [podField("istio-proxy", field, resource)],
    overrides: [
      { by: "annotation", name: `sidecar.istio.io/${annotations[`${kind}.${resource}`]}` },
      { by: "container", of: "istio-proxy", path: ["resources", ...field] },
    ],
    foreign: [asmAmount("sidecarProxy", kind, resource)],
    droppedBy: resourceAnnotations,
    schema: schemas[resource],
    about: {
      summary: `${resource === "cpu" ? "CPU" : "memory"} ${kind === "limits" ? "limit" : "request"} of istio-proxy, and of istio-init unless \`initResources\` sets it`,
      istio: `Helm \`global.proxy.resources.${kind}.${resource}\`; any one resource annotation on a pod drops all four`,
      asm: `SidecarProxy${resource === "cpu" ? "Cpu" : "Memory"}Resource${words[kind]}`,
      why: "merged per field into the Helm value, so a limit and a request may come from different levels",
    },
  });
}

function initAmount(kind: "limits" | "requests", resource: "cpu" | "memory"): SettingDeclaration {
  const field = [kind, resource];
  return setting({
    path: `initResources.${kind}.${resource}`,
    parse: parsers[resource],
    rendering: { to: "initResources", field },
    podFields: [podField("istio-init", field, resource)],
    overrides: [{ by: "container", of: "istio-init", path: ["resources", ...field] }],
    foreign: [asmAmount("sidecarProxyInit", kind, resource)],
    droppedBy: resourceAnnotations,
    schema: schemas[resource],
    about: {
      summary: `${resource === "cpu" ? "CPU" : "memory"} ${kind === "limits" ? "limit" : "request"} of istio-init only (istio-validation with Istio CNI)`,
      istio: "none: the init container gets the proxy's",
      asm: `ProxyInit${resource === "cpu" ? "Cpu" : "Memory"}Resource${words[kind]}`,
      why: "there is no Helm value for it, so Istio's resources block gets other amounts for this container",
    },
  });
}

function asmAmount(
  prefix: "sidecarProxy" | "sidecarProxyInit",
  kind: (typeof kinds)[number],
  resource: (typeof amounts)[number],
): ForeignField {
  const amount = `resource${resource === "cpu" ? "CPU" : "Memory"}${words[kind]}`;
  return { in: "asm", paths: [[`${prefix}Resource${words[kind]}`, amount]] };
}

const asmScales: Readonly<Record<string, string>> = {
  PercentageMax: "largest",
  PercentageSum: "sum",
  PercentageRef: "container",
};

function fromAsmScale(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const { resourceConfigSource, resourcePercentage, ...rest } = value as Record<string, unknown>;
  const of = asmScales[String(resourceConfigSource)] ?? resourceConfigSource;
  return { percent: resourcePercentage, of, ...rest };
}

function podField(of: ContainerRole, field: readonly string[], as: "cpu" | "memory") {
  return { in: "container", of, path: ["resources", ...field], as } as const;
}

export const resources: readonly SettingDeclaration[] = [
  ...kinds.flatMap((kind) => amounts.map((resource) => proxyAmount(kind, resource))),
  ...kinds.flatMap((kind) => amounts.map((resource) => initAmount(kind, resource))),
  setting({
    path: "scaledResources",
    parse: parseScaledResources,
    rendering: { to: "scaledResources" },
    // its result is visible where proxyResources are
    podFields: [],
    overrides: [],
    foreign: [{ in: "asm", paths: [["scaledSidecarResource"]], read: fromAsmScale }],
    droppedBy: resourceAnnotations,
    schema: {
      type: "object",
      additionalProperties: false,
      required: ["percent", "of"],
      properties: {
        percent: { type: "integer", minimum: 1, maximum: 100 },
        of: { enum: ["largest", "sum", "container"] },
        container: { type: "string" },
      },
    },
    about: {
      summary: "resources of istio-proxy as a percentage of the application's containers",
      istio: "none",
      asm: "ScaledSidecarResource (PercentageMax, PercentageSum, PercentageRef)",
      why: "computed at injection, from the containers that the pod has then",
    },
  }),
];
