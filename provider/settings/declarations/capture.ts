import { type Parsed, refused } from "../../data/parsed.js";
import { parseChoice } from "../choice.js";
import { cidrEntry } from "../cidr.js";
import type { JsonSchema } from "../JsonSchema.js";
import { parseList } from "../list.js";
import { networkRange, parseLooseList } from "../loose.js";
import { portEntry } from "../port.js";
import { layerLevels, type SettingDeclaration } from "../SettingDeclaration.js";
import { setting } from "./setting.js";

const ipRanges = (everything: boolean) => parseList(cidrEntry(everything));
const ports = (everything: boolean) => parseList(portEntry(everything));
const loose = (parse: SettingDeclaration["parse"]) => parseLooseList(parse, networkRange);

const rangesSchema: JsonSchema = {
  anyOf: [{ type: "string" }, { type: "array", items: { type: "string" } }],
  examples: [["10.0.0.0/8"], "10.0.0.0/8,192.168.0.0/16"],
};
const portsSchema: JsonSchema = {
  anyOf: [
    { type: "string" },
    { type: "integer", minimum: 1, maximum: 65535 },
    {
      type: "array",
      items: { anyOf: [{ type: "integer", minimum: 1, maximum: 65535 }, { type: "string" }] },
    },
  ],
  examples: [[7015, 7016], "7015,7016"],
};

interface CaptureList {
  name: string;
  /** Helm's name below `global.proxy`. */
  helm: string;
  /** The flag of istio-iptables. */
  flag: string;
  parse: SettingDeclaration["parse"];
  schema: JsonSchema;
  summary: string;
  asm: string;
  extended?: boolean;
}

const lists: readonly CaptureList[] = [
  {
    name: "includeOutboundIPRanges",
    helm: "includeIPRanges",
    flag: "-i",
    parse: ipRanges(true),
    schema: rangesSchema,
    summary: 'outbound IP ranges that the sidecar captures, or "*"',
    asm: "IncludeIPRanges",
  },
  {
    name: "excludeOutboundIPRanges",
    helm: "excludeIPRanges",
    flag: "-x",
    parse: ipRanges(false),
    schema: rangesSchema,
    summary: "outbound IP ranges left alone",
    asm: "ExcludeIPRanges",
  },
  {
    name: "includeInboundPorts",
    helm: "includeInboundPorts",
    flag: "-b",
    parse: ports(true),
    schema: portsSchema,
    summary: 'inbound ports that the sidecar captures, or "*"',
    asm: "IncludeInboundPorts",
  },
  {
    name: "excludeInboundPorts",
    helm: "excludeInboundPorts",
    flag: "-d",
    parse: ports(false),
    schema: portsSchema,
    summary: "inbound ports left alone; 15090, 15021 and the status port always are",
    asm: "ExcludeInboundPorts",
    extended: true,
  },
  {
    name: "includeOutboundPorts",
    helm: "includeOutboundPorts",
    flag: "-q",
    parse: ports(false),
    schema: portsSchema,
    summary: "outbound ports captured whatever their address",
    asm: "IncludeOutboundPorts",
  },
  {
    name: "excludeOutboundPorts",
    helm: "excludeOutboundPorts",
    flag: "-o",
    parse: ports(false),
    schema: portsSchema,
    summary: "outbound ports left alone",
    asm: "ExcludeOutboundPorts",
  },
];

function captureList({
  name,
  helm,
  flag,
  parse,
  schema,
  summary,
  asm,
  extended,
}: CaptureList): SettingDeclaration {
  return setting({
    path: `capture.${name}`,
    parse,
    parseLoose: loose(parse),
    rendering: { to: "value", path: ["proxy", helm] },
    podFields: [
      { in: "flag", of: "istio-init", flag, label: name, list: true, ...(extended ? { extended } : {}) },
    ],
    overrides: [
      { by: "annotation", name: `traffic.sidecar.istio.io/${name}` },
      { by: "container", of: "istio-init", path: ["args"] },
    ],
    foreign: [{ in: "asm", paths: [[name]] }],
    schema,
    about: {
      summary,
      istio: `Helm \`global.proxy.${helm}\`, annotation \`traffic.sidecar.istio.io/${name}\``,
      asm,
      why: "an argument of the init container: Istio's template reads the value for the pod",
    },
  });
}

function united(
  path: string,
  parse: SettingDeclaration["parse"],
  schema: JsonSchema,
  helm: string,
  what: string,
): SettingDeclaration {
  return setting({
    path,
    parse,
    parseLoose: loose(parse),
    merge: "unite",
    rendering: { to: "united", path: ["proxy", helm] },
    // shows in the list that it is added to
    podFields: [],
    overrides: [{ by: "container", of: "istio-init", path: ["args"] }],
    levels: layerLevels,
    schema,
    about: {
      summary: `${what} that are never captured, whatever stronger levels list`,
      istio: "none",
      asm: `global Exclude${helm.slice("exclude".length)}, to which namespaces add theirs`,
      why: "united with the list of the strongest level that has one, a pod's annotation included",
    },
  });
}

// printable: a command's argument holds no NUL; Istio's template has the list between quotes
const interfaceName = /^(?![.]{1,2}$)[!#-[\]-~]{1,15}$/;

const interfaces = parseList({
  expected: 'network interfaces such as "eth1"',
  everything: false,
  entry: (text) =>
    interfaceName.test(text.trim()) && !/[/:]/.test(text)
      ? { value: text.trim() }
      : {
          todo: "an interface's name has at most 15 printable characters, no spaces, no quotes and no slashes",
        },
});

export const capture: readonly SettingDeclaration[] = [
  ...lists.map(captureList),
  setting({
    path: "capture.excludeInterfaces",
    parse: interfaces,
    parseLoose: parseLooseList(interfaces),
    rendering: { to: "annotation", annotation: "traffic.sidecar.istio.io/excludeInterfaces" },
    podFields: [{ in: "flag", of: "istio-init", flag: "-c", label: "excludeInterfaces", list: true }],
    overrides: [
      { by: "annotation", name: "traffic.sidecar.istio.io/excludeInterfaces" },
      { by: "container", of: "istio-init", path: ["args"] },
    ],
    schema: { anyOf: [{ type: "string" }, { type: "array", items: { type: "string" } }] },
    about: {
      summary: "network interfaces whose traffic is left alone",
      istio: "annotation `traffic.sidecar.istio.io/excludeInterfaces` only",
      why: "no Helm value says it: Istio's template reads the annotation's default for the pod",
    },
  }),
  setting({
    path: "interceptionMode",
    parse: parseInterceptionMode,
    rendering: { to: "expression", name: "interceptionMode" },
    podFields: [
      { in: "flag", of: "istio-init", flag: "-m", label: "interceptionMode", list: false },
      { in: "env", of: "istio-proxy", name: "ISTIO_META_INTERCEPTION_MODE" },
    ],
    overrides: [
      { by: "annotation", name: "sidecar.istio.io/interceptionMode" },
      { by: "proxyConfig", path: ["interceptionMode"] },
      { by: "container", of: "istio-init", path: ["args"] },
    ],
    foreign: [{ in: "asm", paths: [["interceptionMode"]] }],
    schema: { enum: ["REDIRECT", "TPROXY"] },
    about: {
      summary: "how iptables hands traffic to the sidecar; NONE on pods only",
      istio: "`meshConfig.defaultConfig.interceptionMode`, annotation `sidecar.istio.io/interceptionMode`",
      asm: "InterceptionMode",
      why: "decides arguments, variables and the security context together, so the template reads it in one place",
    },
  }),
  united(
    "alwaysExclude.outboundIPRanges",
    ipRanges(false),
    rangesSchema,
    "excludeIPRanges",
    "outbound IP ranges",
  ),
  united("alwaysExclude.inboundPorts", ports(false), portsSchema, "excludeInboundPorts", "inbound ports"),
  united("alwaysExclude.outboundPorts", ports(false), portsSchema, "excludeOutboundPorts", "outbound ports"),
];

const modes = parseChoice(["REDIRECT", "TPROXY"], "leave it out for the mesh's mode");

function parseInterceptionMode(value: unknown): Parsed<string> {
  return typeof value === "string" && value.toUpperCase() === "NONE"
    ? refused(
        value,
        "REDIRECT or TPROXY",
        "NONE is for single pods, which then capture nothing: annotate them with sidecar.istio.io/interceptionMode",
      )
    : modes(value);
}
