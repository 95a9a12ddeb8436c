import type { JsonSchema } from "../JsonSchema.js";
import { parseCpu, parseMemory } from "../quantity.js";
import { amountAnnotations, resourceAnnotations } from "../resourceAnnotations.js";
import type { ContainerRole, SettingDeclaration } from "../SettingDeclaration.js";
import { parseScaledResources } from "../scaledResources.js";
import { containerField, setting } from "./setting.js";

const kinds = ["limits", "requests"] as const;
const amounts = ["cpu", "memory"] as const;
type Kind = (typeof kinds)[number];
type Resource = (typeof amounts)[number];
const parsers = { cpu: parseCpu, memory: parseMemory } as const;

const schemas: Record<Resource, JsonSchema> = {
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

const words = { limits: "Limit", requests: "Request" } as const;

/** What the amounts of both containers have in common. `asm`: how ASM's name of the container's resources begins. */
function amount(group: string, of: ContainerRole, asm: string, kind: Kind, resource: Resource) {
  const amountInAsm = `resource${resource === "cpu" ? "CPU" : "Memory"}${words[kind]}`;
  return {
    path: `${group}.${kind}.${resource}`,
    parse: parsers[resource],
    ...containerField(of, ["resources", kind, resource], resource),
    foreign: [{ in: "asm", paths: [[`${asm}Resource${words[kind]}`, amountInAsm]] }],
    droppedBy: resourceAnnotations,
    schema: schemas[resource],
  } as const;
}

function proxyAmount(kind: Kind, resource: Resource): SettingDeclaration {
  const { overrides, ...shared } = amount("proxyResources", "istio-proxy", "sidecarProxy", kind, resource);
  return setting({
    ...shared,
    rendering: { to: "value", path: ["proxy", "resources", kind, resource] },
    overrides: [{ by: "annotation", name: amountAnnotations[`${kind}.${resource}`] }, ...overrides],
    about: {
      summary: `${resource === "cpu" ? "CPU" : "memory"} ${kind === "limits" ? "limit" : "request"} of istio-proxy, and of istio-init unless \`initResources\` sets it`,
      istio: `Helm \`global.proxy.resources.${kind}.${resource}\`; any one resource annotation on a pod drops all four`,
      asm: `SidecarProxy${resource === "cpu" ? "Cpu" : "Memory"}Resource${words[kind]}`,
      why: "merged per field into the Helm value, so a limit and a request may come from different levels",
    },
  });
}

function initAmount(kind: Kind, resource: Resource): SettingDeclaration {
  return setting({
    ...amount("initResources", "istio-init", "sidecarProxyInit", kind, resource),
    rendering: { to: "initResources", field: [kind, resource] },
    about: {
      summary: `${resource === "cpu" ? "CPU" : "memory"} ${kind === "limits" ? "limit" : "request"} of istio-init only (istio-validation with Istio CNI)`,
      istio: "none: Istio gives the init container the proxy's resources",
      asm: `ProxyInit${resource === "cpu" ? "Cpu" : "Memory"}Resource${words[kind]}`,
      why: "there is no Helm value for it, so Istio's resources block gets other amounts for this container",
    },
  });
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
