import { type Parsed, refused } from "../../data/parsed.js";
import { parseCustomTag } from "../customTag.js";
import { parseVariable } from "../environmentVariable.js";
import type { JsonSchema } from "../JsonSchema.js";
import { numberSchema, parseNumber } from "../number.js";
import { re2Problem } from "../re2.js";
import type { ForeignField, SettingDeclaration } from "../SettingDeclaration.js";
import { parseTextList } from "../textList.js";
import { openSetting, proxyConfigSetting } from "./setting.js";

const textsSchema: JsonSchema = {
  anyOf: [
    { type: "string", minLength: 1 },
    { type: "array", items: { type: "string", minLength: 1 } },
  ],
};

function matcher(
  name: string,
  what: string,
  problem?: (text: string) => string | undefined,
): SettingDeclaration {
  const parse = parseTextList(what, problem);
  return proxyConfigSetting({
    path: `statsMatcher.${name}`,
    field: ["proxyStatsMatcher", name],
    parse,
    foreign: [annotationList(`stats${name[0]?.toUpperCase()}${name.slice(1)}`)],
    schema: textsSchema,
    about: {
      summary: `Envoy statistics with these ${what} are kept, in addition to Istio's defaults`,
      istio: `\`ProxyConfig.proxyStatsMatcher.${name}\``,
      asm: "ProxyStatsMatcher",
    },
  });
}

// the agent splits at every comma, even inside a regular expression
function annotationList(name: string): ForeignField {
  return {
    in: "annotation",
    paths: [[`sidecar.istio.io/${name}`]],
    read: (value) =>
      typeof value === "string" ? value.split(",").flatMap((one) => one.trim() || []) : value,
  };
}

function printableName(what: string): (name: string) => Parsed<string> {
  return (name) =>
    /^[!-~]{1,256}$/.test(name)
      ? { value: name }
      : refused(name, `the name of ${what}`, "use printable characters without spaces");
}

const tagSchema: JsonSchema = {
  type: "object",
  minProperties: 1,
  maxProperties: 1,
  additionalProperties: false,
  properties: Object.fromEntries([
    [
      "literal",
      {
        type: "object",
        required: ["value"],
        additionalProperties: false,
        properties: { value: { type: "string", minLength: 1 } },
      },
    ],
    ...["environment", "header"].map((kind) => [
      kind,
      {
        type: "object",
        required: ["name"],
        additionalProperties: false,
        properties: { name: { type: "string", minLength: 1 }, defaultValue: { type: "string" } },
      },
    ]),
  ]),
};

const percentages = { least: 0.01, most: 100, digits: 2, of: "percent" };
const percentage = parseNumber(percentages);

function parseSampling(value: unknown): Parsed<string> {
  const isZero = value === 0 || (typeof value === "string" && value !== "" && Number(value) === 0);
  return isZero
    ? refused(
        value,
        "a percentage of 0.01 to 100",
        "Istio treats 0 as its default of 1: to trace nothing, use a Telemetry resource with disableSpanReporting",
      )
    : percentage(value);
}

export const telemetry: readonly SettingDeclaration[] = [
  matcher("inclusionPrefixes", "prefixes"),
  matcher("inclusionSuffixes", "suffixes"),
  matcher("inclusionRegexps", "regular expressions", re2Problem),
  proxyConfigSetting({
    path: "extraStatTags",
    field: ["extraStatTags"],
    parse: parseTextList("names of tags"),
    foreign: [annotationList("extraStatTags")],
    schema: textsSchema,
    about: {
      summary: "names of additional tags on Istio's metrics",
      istio: "`ProxyConfig.extraStatTags`",
      asm: "ExtraStatTags",
    },
  }),
  proxyConfigSetting({
    path: "tracing.sampling",
    field: ["tracing", "sampling"],
    as: "number",
    parse: parseSampling,
    schema: numberSchema(percentages),
    about: {
      summary: "percentage of requests that are traced",
      istio: "`ProxyConfig.tracing.sampling`; a Telemetry resource takes precedence",
      asm: "Tracing",
    },
  }),
  openSetting({
    path: "tracing.customTags",
    open: printableName("a tag"),
    parse: parseCustomTag,
    rendering: (name) => ({ to: "proxyConfig", path: ["tracing", "customTags", name] }),
    podFields: (name) => [{ in: "proxyConfig", path: ["tracing", "customTags", name] }],
    overrides: (name) => [{ by: "proxyConfig", path: ["tracing", "customTags", name] }],
    foreign: (name) => [{ in: "asm", paths: [["tracing", "customTags", name]] }],
    schema: tagSchema,
    about: {
      summary: "span tags by name: `{ literal }`, `{ environment }` or `{ header }`",
      istio: "`ProxyConfig.tracing.customTags`",
      asm: "Tracing custom_tags",
      why: "merged by name across levels",
    },
  }),
  openSetting({
    path: "runtimeValues",
    open: printableName("a runtime value"),
    parse: parseVariable,
    rendering: (name) => ({ to: "proxyConfig", path: ["runtimeValues", name] }),
    podFields: (name) => [{ in: "proxyConfig", path: ["runtimeValues", name] }],
    overrides: (name) => [{ by: "proxyConfig", path: ["runtimeValues", name] }],
    foreign: (name) => [{ in: "asm", paths: [["runtimeValues", name]] }],
    schema: { type: ["string", "number", "boolean"] },
    about: {
      summary: "Envoy runtime values by name: `overload.global_downstream_max_connections`",
      istio: "`ProxyConfig.runtimeValues`",
      asm: "RuntimeValues",
      why: "merged by name across levels",
    },
  }),
];
