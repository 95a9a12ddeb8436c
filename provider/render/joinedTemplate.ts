import { joinedBeginning, saysMode, variables } from "./joinedBeginning.js";
import { cniExpression } from "./overlayTemplate.js";
import { stampAnnotation } from "./podAnnotations.js";
import { bodyOf, scopeReads } from "./scopeTemplate.js";

/** One template that says everything that settings can say. */
export interface JoinedTemplate {
  text: string;
  /** Variables of containers that Istio's template sets itself: a setting for one of them would be there twice. */
  istiosVariables: ReadonlySet<string>;
}

const proxy = "istio-proxy";
const initContainers = ["istio-init", "istio-validation"];

/**
 * Istio's `sidecar` template, scoped, with what no Helm value can say put where Istio says it: the stamp beside its annotations,
 * PROXY_CONFIG and proxy metadata in place of its own, and to the blocks of resources the amounts of each container. Undefined
 * where the template has not exactly these places: then the overlay says it. istiod merges every template into a pod twice, which
 * costs more than all else that settings do.
 */
export function joinedTemplate(template: string): JoinedTemplate | undefined {
  try {
    const { text, found } = scopeReads(template);
    const joined = [withResources, withProxyConfig, withVariables, withAnnotations].reduce(
      (before, join) => join(before),
      text,
    );
    return {
      text: `${joinedBeginning(template, joined, found)
        .trimEnd()
        .replace(/-\}\}$/, "}}")}${joined}`,
      istiosVariables: new Set([...template.matchAll(/^ *- name: (\w+)\s*$/gm)].map(([, name = ""]) => name)),
    };
  } catch (error) {
    if (error instanceof OtherShape) return undefined;
    throw error;
  }
}

/** The template has not the place that is looked for, or has it more than once. */
class OtherShape extends Error {}

/** What a `define` reads of `$sidecar` comes with the call, which says for which container it is. */
function withResources(text: string): string {
  const [define, ...others] = [...text.matchAll(/\{\{-?\s*define\s+[`"]([^`"]+)[`"]\s*-?\}\}/g)].map(
    (match) => {
      const start = match.index + match[0].length;
      return { name: match[1] ?? "", start, body: bodyOf(text.slice(start)) };
    },
  );
  if (!define || others.length > 0 || !define.body.includes("$sidecar.")) throw new OtherShape();
  const { name, start, body } = define;
  const fields = [...body.matchAll(/(?<![\w$.)])\$?\.([A-Z]\w*)/g)].map(([, field]) => field);
  if (fields.some((field) => field !== "ObjectMeta")) throw new OtherShape();
  const head = text.slice(0, start) + body.replaceAll("$sidecar.", "$.sidecar.");
  const rest = text.slice(start + body.length);
  const calls = [...text.matchAll(/\{\{-?\s*template\s+[`"]([^`"]+)[`"]([^{}]*)\}\}/g)].filter(
    ([, called]) => called === name,
  );
  const here = [...rest.matchAll(/\{\{-?\s*template\b/g)].length;
  if (calls.some(([, , argument = ""]) => !/^\s*\$?\.?\s*-?$/.test(argument)) || here !== calls.length)
    throw new OtherShape();
  const containers: string[] = [];
  const called = rest.replace(
    /(\{\{-?\s*template\s+[`"][^`"]+[`"]\s+)\$?\.?(\s*-?\}\})/g,
    (_, call: string, end: string, at: number) => {
      const container = containerAt(rest, at);
      containers.push(container);
      return `${call}(dict "ObjectMeta" $.ObjectMeta "sidecar" ${amountsOf(container)})${end}`;
    },
  );
  const times = (names: readonly string[]) => containers.filter((one) => names.includes(one)).length;
  if (times(initContainers) !== 1 || times([proxy]) !== 1) throw new OtherShape();
  return head + called;
}

function amountsOf(container: string): string {
  if (container === proxy) return variables.proxy;
  return initContainers.includes(container) ? variables.init : "$sidecar";
}

function withProxyConfig(text: string): string {
  const place =
    /(- name: PROXY_CONFIG\s+value: )(\|-?\s+\{\{\s*protoToJSON \.ProxyConfig\s*\}\})(?=[ \t]*\n)/g;
  return replaceOnly(text, place, ([, name, istios], at) => {
    requireContainer(text, at, [proxy]);
    return `${name}{{ if $sidecar.proxyConfig }}{{ $sidecar.proxyConfig | toJson | quote }}{{ else }}${istios}{{ end }}`;
  });
}

const metadata = String.raw`\.ProxyConfig\.ProxyMetadata`;
const metadataLoop = String.raw`\{\{-?\s*range (?<name>\$\w+), (?<value>\$\w+) := ${metadata}\s*-?\}\}(?=\s*- name: \{\{ \k<name> \}\}\s*value: "\{\{ \k<value> \}\}"\s*\{\{-?\s*end\s*-?\}\})`;

/** Both containers' loops over proxy metadata: the init container's stands under a condition, istio-proxy's in a list with content. */
function withVariables(text: string): string {
  const loops = text.match(new RegExp(`range [^{}]*${metadata}`, "g")) ?? [];
  if (loops.length !== 2) throw new OtherShape();
  const inInit = new RegExp(String.raw`\{\{-?\s*if ${metadata}\s*-?\}\}\s*env:\s*${metadataLoop}`, "g");
  const init = replaceOnly(text, inInit, ([whole], at) => {
    requireContainer(text, at, initContainers);
    return whole.replaceAll(".ProxyConfig.ProxyMetadata", variables.initEnvironment);
  });
  const inProxy = new RegExp(metadataLoop, "g");
  return replaceOnly(init, inProxy, ([whole], at) => {
    requireContainer(init, at, [proxy]);
    const indent = /^ *(?=- name: istio-proxy\s*$)/m.exec(init)?.[0] ?? "";
    const keys = [...init.slice(0, at).matchAll(new RegExp(`^${indent}  (\\w+):(.*)$`, "gm"))];
    if (keys.at(-1)?.[1] !== "env" || keys.at(-1)?.[2]?.trim() !== "") throw new OtherShape();
    return whole.replaceAll(".ProxyConfig.ProxyMetadata", variables.proxyEnvironment);
  });
}

function withAnnotations(text: string): string {
  return replaceOnly(text, /^ +annotations: *\{ *(?=\n)/gm, ([whole], at) => {
    const above = [...text.slice(0, at).matchAll(/^\w+:/gm)].at(-1)?.[0];
    // written by Istio as well, on conditions that are not known here
    const modeTwice = saysMode(text) && cniExpression(text) === "false";
    if (above !== "metadata:" || modeTwice) throw new OtherShape();
    return `${whole}
    {{- if $sidecar.stamp }}
    ${stampAnnotation}: {{ $sidecar.stamp | quote }},
    {{- end }}
    {{- with ${variables.annotatedMode} }}
    sidecar.istio.io/interceptionMode: {{ . | quote }},
    {{- end }}`;
  });
}

/** The container whose part of the template a place is in. */
function containerAt(text: string, at: number): string {
  const indent = /^ *(?=- name: istio-proxy\s*$)/m.exec(text)?.[0];
  if (indent === undefined) throw new OtherShape();
  const above = [...text.slice(0, at).matchAll(new RegExp(`^${indent}- name: ([\\w-]+)\\s*$`, "gm"))];
  return above.at(-1)?.[1] ?? "";
}

function requireContainer(text: string, at: number, names: readonly string[]): void {
  if (!names.includes(containerAt(text, at))) throw new OtherShape();
}

function replaceOnly(
  text: string,
  place: RegExp,
  write: (match: RegExpExecArray, at: number) => string,
): string {
  const [match, ...others] = text.matchAll(place);
  if (!match || others.length > 0) throw new OtherShape();
  return text.slice(0, match.index) + write(match, match.index) + text.slice(match.index + match[0].length);
}
