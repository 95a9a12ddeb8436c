import { isAlias, isMap, isScalar, isSeq, type Scalar, type YAMLSeq } from "yaml";
import { InjectorRefusal } from "../data/InjectorRefusal.js";
import { recordOf } from "../data/isRecord.js";
import { textOf } from "../data/problem.js";
import { insertPair, parseYaml, removePair, yamlData } from "../data/spliceMap.js";
import { valueAt } from "../data/valueAt.js";

export const scopedTemplateName = "sidecar-scoped";
export const istioTemplate = "sidecar";

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
  for (const name of names) text = replaceInList(text, name, istioTemplate, scopedTemplateName);
  if (isAlias(aliases)) throw notWrittenOut("aliases", "a map");
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
  const isOurs = JSON.stringify(aliases[istioTemplate]) === JSON.stringify([scopedTemplateName]);
  const names = Object.keys(aliases);
  const isAdded = writtenByUs.test(config) || config.includes(`"aliases": ${inJson.added}`);
  if (names.length === 1 && isOurs && isAdded) return removePair(config, [], "aliases");
  let text = config;
  for (const name of names) {
    text =
      name === istioTemplate && isOurs
        ? removePair(text, ["aliases"], name)
        : replaceInList(text, name, scopedTemplateName, istioTemplate);
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

const writtenByUs = /^aliases: \{sidecar: \[sidecar-scoped\]\}$/m;

// otherwise, pods that use them would silently get no settings
function requireReached(config: string, defaults: readonly string[]): void {
  const aliases = aliasesIn(config);
  for (const [name, list] of Object.entries(aliases)) {
    if (Array.isArray(list) && list.includes(istioTemplate)) throw notWrittenOut(`aliases.${name}`, aList);
  }
  const reached = defaults.flatMap((name) => (Object.hasOwn(aliases, name) ? aliases[name] : name));
  if (reached.includes(scopedTemplateName)) return;
  throw new InjectorRefusal({
    where: "data.config, defaultTemplates",
    expected: `a name that leads to Istio's template "${istioTemplate}"`,
    got: `${defaults.join(", ")}, which leads to ${reached.map(textOf).join(", ")}`,
    todo: `Add "${istioTemplate}" to defaultTemplates or to the alias: otherwise, no pod would get settings by default`,
  });
}

function replaceInList(config: string, alias: string, from: string, to: string): string {
  const names = aliasesIn(config)[alias];
  // istiod reads null as no templates
  if (names === null || (Array.isArray(names) && !names.includes(from))) return config;
  const node = parseYaml(config, "data.config").getIn(["aliases", alias], true);
  if (!isSeq(node)) throw notWrittenOut(`aliases.${alias}`, aList);
  let text = config;
  // backwards, so that earlier places stay where they are
  for (const { value, range } of (node as YAMLSeq<Scalar>).items.toReversed()) {
    if (value !== from || !range) continue;
    const quote = /^["']/.exec(text.slice(range[0]))?.[0] ?? "";
    text = text.slice(0, range[0]) + quote + to + quote + text.slice(range[1]);
  }
  return text;
}

const aList = "a list of template names";

function notWrittenOut(path: string, expected: string): InjectorRefusal {
  return new InjectorRefusal({
    where: `data.config, ${path}`,
    expected: `${expected}, written out`,
    got: "something else",
    todo: "Write it out without YAML anchors, or remove the alias",
  });
}
