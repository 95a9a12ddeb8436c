import { cidrEntry } from "./cidr.js";
import { parseSeconds } from "./duration.js";
import type { LifecycleHook } from "./lifecycleHook.js";
import { lifecycleHookSchema, parseLifecycleHook } from "./lifecycleHook.js";
import { parseList } from "./list.js";
import type { Parsed } from "./parsed.js";
import { refused } from "./parsed.js";
import { portEntry } from "./port.js";
import { parseCpu, parseMemory } from "./quantity.js";

/** The canonical form of one setting's value. Lists are text with commas. */
export type SettingValue = string | boolean | LifecycleHook;

/** How a setting reaches the pod; rendering reads this and knows no setting by name. */
export type Rendering =
  /** the Helm value `global.proxy.<key>`, replaced as a whole: an argument of the init container, which a pod's annotation replaces */
  | { to: "proxyValue"; key: string; flag: string; annotation: string }
  /** one field of the Helm value `global.proxy.<key>`, the rest of the map kept */
  | { to: "proxyValueField"; key: string; field: readonly string[]; merge: "injection" | "compose" }
  /** added to the Helm value `global.proxy.<key>` and to the pod's own annotation of that meaning */
  | { to: "united"; key: string }
  /** resources of the init container, by the overlay */
  | { to: "initResources"; field: readonly string[] }
  /** a field of PROXY_CONFIG, and variables that follow it */
  | { to: "proxyConfig"; field: string; alias: string; secondsEnv: string }
  /** proxy metadata: variables of istio-proxy and the init container, and `proxyMetadata` of PROXY_CONFIG */
  | { to: "proxyMetadata"; names: readonly string[] };

export interface SettingDeclaration {
  /** Where it stands in `SidecarSettings`. */
  path: string;
  parse: (value: unknown) => Parsed<SettingValue>;
  /** Stronger levels replace the value, or all levels' values are united. */
  merge: "replace" | "unite";
  rendering: Rendering;
  /** A fragment of JSON Schema for what people may write; looser than `parse` where JSON Schema can't say it. */
  schema: Readonly<Record<string, unknown>>;
  /** What people read about it in editors and documentation. */
  about?: { summary: string };
  /** A map of names to values, each of them a setting of its own: the check of a name. */
  open?: (name: string) => Parsed<string>;
}

const quantities = { cpu: parseCpu, memory: parseMemory } as const;

const quantitySchemas = {
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
} as const;
const rangesSchema = {
  anyOf: [{ type: "string" }, { type: "array", items: { type: "string" } }],
  examples: [["10.0.0.0/8"], "10.0.0.0/8,192.168.0.0/16"],
};
const port = { type: "integer", minimum: 1, maximum: 65535 };
const portsSchema = {
  anyOf: [{ type: "string" }, port, { type: "array", items: { anyOf: [port, { type: "string" }] } }],
  examples: [[7015, 7016], "7015,7016"],
};

function resources(path: string, rendering: (field: readonly string[]) => Rendering): SettingDeclaration[] {
  return (["limits", "requests"] as const).flatMap((kind) =>
    (["cpu", "memory"] as const).map((resource) => ({
      path: `${path}.${kind}.${resource}`,
      parse: quantities[resource],
      merge: "replace" as const,
      rendering: rendering([kind, resource]),
      schema: quantitySchemas[resource],
    })),
  );
}

const ipRanges = (everything: boolean) => parseList(cidrEntry(everything));
const ports = (everything: boolean) => parseList(portEntry(everything));

// [Helm value, flag of istio-iptables], by the name that annotations and settings share
const captureLists = {
  includeOutboundIPRanges: ["includeIPRanges", "-i"],
  excludeOutboundIPRanges: ["excludeIPRanges", "-x"],
  includeInboundPorts: ["includeInboundPorts", "-b"],
  excludeInboundPorts: ["excludeInboundPorts", "-d"],
  includeOutboundPorts: ["includeOutboundPorts", "-q"],
  excludeOutboundPorts: ["excludeOutboundPorts", "-o"],
} as const;

function captureList(
  name: keyof typeof captureLists,
  parse: SettingDeclaration["parse"],
): SettingDeclaration {
  const [key, flag] = captureLists[name];
  return {
    path: `capture.${name}`,
    parse,
    merge: "replace",
    rendering: { to: "proxyValue", key, flag, annotation: `traffic.sidecar.istio.io/${name}` },
    schema: name.endsWith("Ports") ? portsSchema : rangesSchema,
  };
}

function united(path: string, parse: SettingDeclaration["parse"], key: string): SettingDeclaration {
  const schema = key.endsWith("Ports") ? portsSchema : rangesSchema;
  return { path, parse, merge: "unite", rendering: { to: "united", key }, schema };
}

function hook(name: string): SettingDeclaration {
  return {
    path: `lifecycle.${name}`,
    parse: parseLifecycleHook,
    merge: "replace",
    // merged when composing: at injection a deep merge could leave one hook with two handlers
    rendering: { to: "proxyValueField", key: "lifecycle", field: [name], merge: "compose" },
    schema: lifecycleHookSchema,
  };
}

function parseBoolean(value: unknown): Parsed<boolean> {
  return typeof value === "boolean"
    ? { value }
    : refused(value, "true or false", "leave it out for the weaker level's value");
}

/** Every setting, in the order in which people read them. Types, checks, merging, rendering and staleness follow from it. */
export const declarations: readonly SettingDeclaration[] = [
  ...resources("proxyResources", (field) => ({
    to: "proxyValueField",
    key: "resources",
    field,
    merge: "injection",
  })),
  ...resources("initResources", (field) => ({ to: "initResources", field })),
  captureList("includeOutboundIPRanges", ipRanges(true)),
  captureList("excludeOutboundIPRanges", ipRanges(false)),
  captureList("includeInboundPorts", ports(true)),
  captureList("excludeInboundPorts", ports(false)),
  captureList("includeOutboundPorts", ports(false)),
  captureList("excludeOutboundPorts", ports(false)),
  hook("postStart"),
  hook("preStop"),
  {
    path: "terminationDrainDuration",
    parse: parseSeconds,
    merge: "replace",
    rendering: {
      to: "proxyConfig",
      field: "terminationDrainDuration",
      alias: "termination_drain_duration",
      secondsEnv: "TERMINATION_DRAIN_DURATION_SECONDS",
    },
    schema: {
      anyOf: [
        { type: "integer", minimum: 1, maximum: 86400 },
        { type: "string", pattern: "^\\s*([0-9]+(\\.[0-9]+)?(ms|h|m|s))+\\s*$" },
      ],
      examples: ["10s", "1m30s"],
    },
  },
  {
    path: "dnsProxy",
    parse: parseBoolean,
    merge: "replace",
    rendering: { to: "proxyMetadata", names: ["ISTIO_META_DNS_CAPTURE", "ISTIO_META_DNS_AUTO_ALLOCATE"] },
    schema: { type: "boolean" },
  },
  united("alwaysExclude.outboundIPRanges", ipRanges(false), "excludeIPRanges"),
  united("alwaysExclude.inboundPorts", ports(false), "excludeInboundPorts"),
  united("alwaysExclude.outboundPorts", ports(false), "excludeOutboundPorts"),
];

export const declarationOf: ReadonlyMap<string, SettingDeclaration> = new Map(
  declarations.map((declaration) => [declaration.path, declaration]),
);
