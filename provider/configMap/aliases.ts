import { isMap, isScalar, isSeq, type Scalar, type YAMLSeq } from "yaml";
import { InjectorRefusal } from "../data/InjectorRefusal.js";
import { recordOf } from "../data/isRecord.js";
import { textOf } from "../data/problem.js";
import { indentOf, insertPair, parseYaml, removePair, yamlData } from "../data/spliceMap.js";
import { valueAt } from "../data/valueAt.js";

export const scopedTemplateName = "sidecar-scoped";
/** A second template that prereleases of 0.1.0 wrote. Only ever removed. */
export const formerTemplateName = "sidecar-settings";
export const istioTemplate = "sidecar";

/** Our forms of the alias for Istio's template; only the last one is still written. */
const forms = [[scopedTemplateName, formerTemplateName], [scopedTemplateName]] as const;

/** Redirects every use of Istio's `sidecar` template to ours, whether by its name or through an alias. */
export function addAliases(config: string): string {
  const document = parseYaml(config, "data.config");
  const defaults = valueAt(yamlData(config, "data.config"), ["defaultTemplates"]);
  const aliases = document.getIn(["aliases"], true);
  const flow = isMap(document.contents) && document.contents.flow === true;
  const alias = flow ? `["${scopedTemplateName}"]` : `[${scopedTemplateName}]`;
  let text = config;
  const names = isMap(aliases)
    ? aliases.items.map((item) => String(isScalar(item.key) ? item.key.value : item.key))
    : [];
  for (const name of names) text = replaceInList(text, name, [istioTemplate], [scopedTemplateName]);
  if (document.has("aliases") && !isMap(aliases)) {
    text = text.replace(flow ? nullInJson : nullAliases, flow ? `$1${inJson.instead}` : `$1${instead}`);
  } else if (!isMap(aliases)) {
    text = insertPair(text, [], "aliases", {
      flow: flow ? inJson.added : `{${istioTemplate}: ${alias}}`,
    });
  } else if (!names.includes(istioTemplate)) {
    text = insertPair(text, ["aliases"], istioTemplate, {
      flow: alias,
    });
  }
  requireReached(
    text,
    Array.isArray(defaults) && defaults.length > 0 ? defaults.map(textOf) : [istioTemplate],
  );
  return text;
}

/** Undoes `addAliases`. */
export function removeAliases(config: string): string {
  if (config.includes(instead)) return config.replace(instead, "");
  if (config.includes(inJson.instead)) return config.replace(inJson.instead, "null");
  const aliases = aliasesIn(config);
  const ours = (list: unknown) => forms.some((form) => JSON.stringify(list) === JSON.stringify(form));
  const names = Object.keys(aliases);
  const written = writtenByUs.test(config) || config.includes(`"aliases": ${inJson.added}`);
  if (names.length === 1 && ours(aliases[istioTemplate]) && written) return removePair(config, [], "aliases");
  let text = config;
  for (const name of names) {
    text =
      name === istioTemplate && ours(aliases[name])
        ? removePair(text, ["aliases"], name)
        : forms.reduce((before, form) => replaceInList(before, name, form, [istioTemplate]), text);
  }
  return text;
}

/** Name -> its templates, not validated: `replaceInList` refuses what isn't a list. */
function aliasesIn(config: string): Readonly<Record<string, unknown>> {
  return recordOf(valueAt(yamlData(config, "data.config"), ["aliases"]));
}

/** Null `aliases`, which istiod treats as none. The rest of the line becomes a comment, so that it can be restored. */
const nullAliases = /^(["']?aliases["']?\s*:)/m;
const instead = ` {${istioTemplate}: [${scopedTemplateName}]} #`;
const nullInJson = /("aliases"\s*:\s*)null(?=\s*[,}])/;
/** In JSON, the space shows that we replaced a null, unlike `insertPair` into a map that was there. */
const inJson = {
  added: `{"${istioTemplate}":["${scopedTemplateName}"]}`,
  instead: `{"${istioTemplate}":[ "${scopedTemplateName}"]}`,
} as const;

const writtenByUs = /^aliases: \{sidecar: \[sidecar-scoped(, sidecar-settings)?\]\}$/m;

// otherwise, pods with default injection would silently get no settings
function requireReached(config: string, defaults: readonly string[]): void {
  const aliases = aliasesIn(config);
  const reached = defaults.flatMap((name) => (Object.hasOwn(aliases, name) ? aliases[name] : name));
  if (reached.includes(scopedTemplateName)) return;
  throw new InjectorRefusal({
    where: "data.config, defaultTemplates",
    expected: `a name that leads to Istio's template "${istioTemplate}"`,
    got: `${defaults.join(", ")}, which leads to ${reached.map(textOf).join(", ")}`,
    todo: `Add "${istioTemplate}" to defaultTemplates or to the alias: otherwise, no pod would get settings by default`,
  });
}

function replaceInList(
  config: string,
  alias: string,
  from: readonly string[],
  to: readonly string[],
): string {
  const names = aliasesIn(config)[alias];
  // istiod reads null as no templates
  if (names === null || (Array.isArray(names) && !names.includes(from[0]))) return config;
  const node = parseYaml(config, "data.config").getIn(["aliases", alias], true);
  if (!isSeq(node))
    throw new InjectorRefusal({
      where: `data.config, aliases.${alias}`,
      expected: "a list of template names, written out",
      got: "something else",
      todo: "Write out the list, or remove the alias",
    });
  const list = node as YAMLSeq<Scalar>;
  const index = list.items.findIndex((_, at) =>
    from.every((name, offset) => list.items[at + offset]?.value === name),
  );
  const first = list.items[index];
  const last = list.items[index + from.length - 1];
  if (!first?.range || !last?.range) return config;
  const quote = /^["']/.exec(config.slice(first.range[0]))?.[0] ?? "";
  const dash = config.lastIndexOf("-", first.range[0]);
  const separator = list.flow ? ", " : `\n${indentOf(config, dash) ?? ""}- `;
  return (
    config.slice(0, first.range[0]) +
    to.map((name) => quote + name + quote).join(separator) +
    config.slice(last.range[1])
  );
}
