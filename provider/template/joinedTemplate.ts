import { InjectorRefusal } from "../data/InjectorRefusal.js";
import { stampAnnotation } from "../pod/podAnnotations.js";
import { preamble, variables, whenIstioSaysMode } from "./preamble.js";
import { bodyOf, scopeReads } from "./scopeReads.js";

/** A place in the template where we set what no Helm value can. */
export type Place = keyof typeof places;

/** What each place looks like, for messages. */
export const places = {
  initResources:
    'one {{ template "resources" . }} in istio-init or istio-validation, of the one {{ define }} that reads .Values.global.proxy.resources',
  proxyResources:
    'one {{ template "resources" . }} in istio-proxy, of the one {{ define }} that reads .Values.global.proxy.resources',
  proxyConfig: "one variable PROXY_CONFIG in istio-proxy with the value {{ protoToJSON .ProxyConfig }}",
  variables:
    "one loop {{ range $key, $value := .ProxyConfig.ProxyMetadata }} in the env of istio-proxy, and one in that of istio-init where there is one",
} as const;

/** Istio's `sidecar` template with support for all settings. */
export interface JoinedTemplate {
  text: string;
  /** Places that this template lacks: settings that need one of them have no effect. */
  missing: ReadonlySet<Place>;
  /** Container variables that Istio's template sets itself: a setting for one would duplicate it. */
  istiosVariables: ReadonlySet<string>;
}

const proxy = "istio-proxy";
const initContainers = ["istio-init", "istio-validation"];

/**
 * Istio's `sidecar` template, scoped, with what no Helm value can set edited in place: adds the stamp to its annotations, replaces
 * PROXY_CONFIG and proxy metadata, and passes each container's amounts to its resources block. A single template, since istiod merges
 * every template into the pod twice, which costs more than everything else that settings do.
 */
export function joinedTemplate(template: string): JoinedTemplate {
  const { text, found } = scopeReads(template);
  const missing = new Set<Place>();
  const joined = [withResources, withProxyConfig, withVariables].reduce(
    (before, join) => join(before, missing),
    withAnnotations(text),
  );
  return {
    text: `${preamble(template, joined, found)
      .trimEnd()
      .replace(/-\}\}$/, "}}")}${joined}`,
    missing,
    istiosVariables: new Set([...template.matchAll(/^ *- name: (\w+)\s*$/gm)].map(([, name = ""]) => name)),
  };
}

/** Passes `$sidecar` to the `define` that reads it, with the amounts of the calling container. */
function withResources(text: string, missing: Set<Place>): string {
  const defines = [...text.matchAll(/\{\{-?\s*define\s+[`"]([^`"]+)[`"]\s*-?\}\}/g)].map((match) => {
    const start = match.index + match[0].length;
    return { name: match[1] ?? "", start, body: bodyOf(text.slice(start)) };
  });
  // a define can't see outer variables
  const reading = defines.filter(({ body }) => body.includes("$sidecar."));
  const [define] = reading;
  if (!define) {
    missing.add("proxyResources").add("initResources");
    return text;
  }
  const { name, start, body } = define;
  const fields = [...body.matchAll(/(?<![\w$.)])\$?\.([A-Z]\w*)/g)].map(([, field]) => field);
  const other = fields.find((field) => field !== "ObjectMeta");
  if (defines.length > 1 || other !== undefined)
    throw unjoinable(
      "one {{ define }} that reads nothing but .ObjectMeta and the Helm values that settings change",
      defines.length > 1
        ? `${defines.map((one) => one.name).join(" and ")}`
        : `${name}, which reads .${other}`,
    );
  const head = text.slice(0, start) + body.replaceAll("$sidecar.", "$.sidecar.");
  const rest = text.slice(start + body.length);
  const calls = [...text.matchAll(/\{\{-?\s*template\s+[`"]([^`"]+)[`"]([^{}]*)\}\}/g)].filter(
    ([, called]) => called === name,
  );
  const odd = calls.find(([, , argument = ""]) => !/^\s*\$?\.?\s*-?$/.test(argument));
  const here = [...rest.matchAll(/\{\{-?\s*template\b/g)].length;
  if (odd || here !== calls.length)
    throw unjoinable(
      `{{ template "${name}" . }} as the only form in which a define is called`,
      odd ? odd[0] : `${here} calls, ${calls.length} of them of ${name}`,
    );
  const callers: string[] = [];
  const called = rest.replace(
    /(\{\{-?\s*template\s+[`"][^`"]+[`"]\s+)\$?\.?(\s*-?\}\})/g,
    (_, call: string, end: string, at: number) => {
      const container = containerAt(rest, at);
      callers.push(container);
      return `${call}(dict "ObjectMeta" $.ObjectMeta "sidecar" ${amountsOf(container)})${end}`;
    },
  );
  const times = (names: readonly string[]) => callers.filter((one) => names.includes(one)).length;
  if (times(initContainers) !== 1) missing.add("initResources");
  if (times([proxy]) !== 1) missing.add("proxyResources");
  return head + called;
}

function amountsOf(container: string): string {
  if (container === proxy) return variables.proxy;
  return initContainers.includes(container) ? variables.init : "$sidecar";
}

function withProxyConfig(text: string, missing: Set<Place>): string {
  const place =
    /(- name: PROXY_CONFIG\s+value: )(\|-?\s+\{\{\s*protoToJSON \.ProxyConfig\s*\}\})(?=[ \t]*\n)/g;
  const found = onlyPlace(text, place, [proxy]);
  if (!found) {
    missing.add("proxyConfig");
    return text;
  }
  const [, name, istios] = found;
  return replaceAt(
    text,
    found,
    `${name}{{ if $sidecar.proxyConfig }}{{ $sidecar.proxyConfig | structToJSON | quote }}{{ else }}${istios}{{ end }}`,
  );
}

const metadata = String.raw`\.ProxyConfig\.ProxyMetadata`;
const metadataLoop = String.raw`\{\{-?\s*range (?<name>\$\w+), (?<value>\$\w+) := ${metadata}\s*-?\}\}(?=\s*- name: \{\{ \k<name> \}\}\s*value: "\{\{ \k<value> \}\}"\s*\{\{-?\s*end\s*-?\}\})`;

/** The loops over proxy metadata: the init container's is conditional, istio-proxy's is part of a longer `env` list. */
function withVariables(text: string, missing: Set<Place>): string {
  const loops = text.match(new RegExp(`range [^{}]*${metadata}`, "g")) ?? [];
  const inits = containers(text).filter(({ name }) => initContainers.includes(name)).length > 0;
  const inInit = new RegExp(String.raw`\{\{-?\s*if ${metadata}\s*-?\}\}\s*env:\s*${metadataLoop}`, "g");
  const init = onlyPlace(text, inInit, initContainers);
  const joined = init
    ? replaceAt(text, init, init[0].replaceAll(".ProxyConfig.ProxyMetadata", variables.initEnvironment))
    : text;
  const found = onlyPlace(joined, new RegExp(metadataLoop, "g"), [proxy]);
  if (
    loops.length !== (inits ? 2 : 1) ||
    Boolean(init) !== inits ||
    !found ||
    !isInEnv(joined, found.index)
  ) {
    missing.add("variables");
    return text;
  }
  return replaceAt(
    joined,
    found,
    found[0].replaceAll(".ProxyConfig.ProxyMetadata", variables.proxyEnvironment),
  );
}

function isInEnv(text: string, at: number): boolean {
  const indent = containerIndent(text) ?? "";
  const keys = [...text.slice(0, at).matchAll(new RegExp(`^${indent}  (\\w+):(.*)$`, "gm"))];
  return keys.at(-1)?.[1] === "env" && keys.at(-1)?.[2]?.trim() === "";
}

function withAnnotations(text: string): string {
  const [found, ...others] = [...text.matchAll(/^ +annotations: *\{ *(?=\n)/gm)].filter(
    ({ index }) => [...text.slice(0, index).matchAll(/^\w+:/gm)].at(-1)?.[0] === "metadata:",
  );
  if (!found || others.length > 0)
    throw unjoinable(
      "one line `annotations: {` under metadata",
      found ? `${others.length + 1} of them` : "none",
    );
  if (whenIstioSaysMode(text) === undefined)
    throw unjoinable(
      "sidecar.istio.io/interceptionMode among the annotations under conditions that only read .Values",
      "a condition that reads a variable, or an else",
    );
  return replaceAt(
    text,
    found,
    `${found[0]}
    {{- if $sidecar.stamp }}
    ${stampAnnotation}: {{ $sidecar.stamp | quote }},
    {{- end }}
    {{- with ${variables.annotatedMode} }}
    sidecar.istio.io/interceptionMode: {{ . | quote }},
    {{- end }}`,
  );
}

function unjoinable(expected: string, got: string): InjectorRefusal {
  return new InjectorRefusal({
    where: 'data.config, template "sidecar"',
    expected,
    got,
    todo: "Restore the template that Istio installs, and put your own changes into a separate template that you add to defaultTemplates",
  });
}

function containerIndent(text: string): string | undefined {
  return /^ *(?=- name: istio-proxy\s*$)/m.exec(text)?.[0];
}

/** Containers at istio-proxy's indentation, with their offsets; empty in a template without istio-proxy. */
function containers(text: string): { name: string; at: number }[] {
  const indent = containerIndent(text);
  return indent === undefined
    ? []
    : [...text.matchAll(new RegExp(`^${indent}- name: ([\\w-]+)\\s*$`, "gm"))].map((match) => ({
        name: match[1] ?? "",
        at: match.index,
      }));
}

/** The container that an offset of the template belongs to; empty if none. */
function containerAt(text: string, place: number): string {
  return containers(text).findLast(({ at }) => at < place)?.name ?? "";
}

function onlyPlace(text: string, place: RegExp, within: readonly string[]): RegExpExecArray | undefined {
  const [match, ...others] = text.matchAll(place);
  return match && others.length === 0 && within.includes(containerAt(text, match.index)) ? match : undefined;
}

function replaceAt(text: string, match: RegExpExecArray, by: string): string {
  return text.slice(0, match.index) + by + text.slice(match.index + match[0].length);
}
