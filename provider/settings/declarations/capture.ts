import { type Parsed, refused } from "../../data/parsed.js";
import { parseChoice } from "../choice.js";
import { cidrEntry } from "../cidr.js";
import type { JsonSchema } from "../JsonSchema.js";
import { type ListRule, parseList } from "../list.js";
import { networkRange, parseLooseList } from "../loose.js";
import { portEntry } from "../port.js";
import { layerLevels, type SettingDeclaration } from "../SettingDeclaration.js";
import { setting } from "./setting.js";

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

type Values = Pick<SettingDeclaration, "parse" | "parseLoose" | "schema">;

function listOf(rule: ListRule, schema: JsonSchema): Values {
  const parse = parseList(rule);
  return { parse, parseLoose: parseLooseList(parse, networkRange), schema };
}

const ipRanges = (everything: boolean) => listOf(cidrEntry(everything), rangesSchema);
const ports = (everything: boolean) => listOf(portEntry(everything), portsSchema);

interface CaptureList extends Values {
  name: string;
  /** The Helm value below `global.proxy`. Default: the name. */
  helm?: string;
  /** The flag of istio-iptables. */
  flag: string;
  summary: string;
  extended?: boolean;
}

const lists: readonly CaptureList[] = [
  {
    name: "includeOutboundIPRanges",
    helm: "includeIPRanges",
    flag: "-i",
    ...ipRanges(true),
    summary: 'outbound IP ranges that the sidecar captures, or "*"',
  },
  {
    name: "excludeOutboundIPRanges",
    helm: "excludeIPRanges",
    flag: "-x",
    ...ipRanges(false),
    summary: "outbound IP ranges that the sidecar doesn't capture",
  },
  {
    name: "includeInboundPorts",
    flag: "-b",
    ...ports(true),
    summary: 'inbound ports that the sidecar captures, or "*"',
  },
  {
    name: "excludeInboundPorts",
    flag: "-d",
    ...ports(false),
    summary:
      "inbound ports that the sidecar doesn't capture; 15090, 15021 and the status port are never captured",
    extended: true,
  },
  {
    name: "includeOutboundPorts",
    flag: "-q",
    ...ports(false),
    summary: "outbound ports captured for any destination address",
  },
  {
    name: "excludeOutboundPorts",
    flag: "-o",
    ...ports(false),
    summary: "outbound ports that the sidecar doesn't capture",
  },
];

function captureList({
  name,
  helm = name,
  flag,
  summary,
  extended,
  ...values
}: CaptureList): SettingDeclaration {
  return setting({
    path: `capture.${name}`,
    ...values,
    rendering: { to: "value", path: ["proxy", helm] },
    podFields: [
      { in: "flag", of: "istio-init", flag, label: name, list: true, ...(extended ? { extended } : {}) },
    ],
    overrides: [
      { by: "annotation", name: `traffic.sidecar.istio.io/${name}` },
      { by: "container", of: "istio-init", path: ["args"] },
    ],
    foreign: [{ in: "asm", paths: [[name]] }],
    about: {
      summary,
      istio: `Helm \`global.proxy.${helm}\`, annotation \`traffic.sidecar.istio.io/${name}\``,
      asm: `${helm[0]?.toUpperCase()}${helm.slice(1)}`,
      why: "becomes an argument of the init container, which Istio's template renders from the Helm value",
    },
  });
}

function united(path: string, values: Values, helm: string, what: string): SettingDeclaration {
  return setting({
    path,
    ...values,
    merge: "unite",
    rendering: { to: "united", path: ["proxy", helm] },
    // visible in the list that it is added to
    podFields: [],
    overrides: [{ by: "container", of: "istio-init", path: ["args"] }],
    levels: layerLevels,
    about: {
      summary: `${what} that are never captured, regardless of what stronger levels list`,
      istio: "none",
      asm: `global Exclude${helm.slice("exclude".length)}, to which namespaces add theirs`,
      why: "added to the list of the strongest level that has one, including a pod's annotation",
    },
  });
}

// printable, since arguments can't contain NUL; no quotes, since Istio's template puts the list between quotes
const interfaceName = /^(?![.]{1,2}$)[!#-[\]-~]{1,15}$/;

const interfaces = parseList({
  expected: 'network interfaces such as "eth1"',
  everything: false,
  entry: (text) =>
    interfaceName.test(text.trim()) && !/[/:]/.test(text)
      ? { value: text.trim() }
      : {
          todo: "use at most 15 printable characters, without spaces, quotes, slashes and colons",
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
      summary: "network interfaces whose traffic isn't captured",
      istio: "annotation `traffic.sidecar.istio.io/excludeInterfaces` only",
      why: "there is no Helm value for it, so the template gets a default for the annotation",
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
      summary: "how iptables redirects traffic to the sidecar; NONE can only be set on pods",
      istio: "`meshConfig.defaultConfig.interceptionMode`, annotation `sidecar.istio.io/interceptionMode`",
      asm: "InterceptionMode",
      why: "affects arguments, variables and the security context, so the template reads it in one place",
    },
  }),
  united("alwaysExclude.outboundIPRanges", ipRanges(false), "excludeIPRanges", "outbound IP ranges"),
  united("alwaysExclude.inboundPorts", ports(false), "excludeInboundPorts", "inbound ports"),
  united("alwaysExclude.outboundPorts", ports(false), "excludeOutboundPorts", "outbound ports"),
];

const modes = parseChoice(["REDIRECT", "TPROXY"], "leave it out for the mesh's mode");

function parseInterceptionMode(value: unknown): Parsed<string> {
  return typeof value === "string" && value.toUpperCase() === "NONE"
    ? refused(
        value,
        "REDIRECT or TPROXY",
        "NONE disables capture, and can only be set on pods: annotate them with sidecar.istio.io/interceptionMode",
      )
    : modes(value);
}
