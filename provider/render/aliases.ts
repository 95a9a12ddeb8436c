import { isMap, isScalar, isSeq, type Scalar, type YAMLSeq } from "yaml";
import { valueAt } from "../settings/canonicalSettings.js";
import { textOf } from "../settings/problem.js";
import { indentOf, insertPair, parseYaml, removePair, UnreadableText, yamlData } from "./spliceMap.js";

export const scopedTemplateName = "sidecar-scoped";
/** A second template that 0.1.0 wrote before its release: only ever taken out. */
export const formerTemplateName = "sidecar-settings";
const istioTemplate = "sidecar";

/** What the alias of Istio's template may lead to of ours, the form that is written last. */
const forms = [[scopedTemplateName, formerTemplateName], [scopedTemplateName]] as const;

/** Leads every use of Istio's `sidecar` template to ours, wherever the config names it through an alias or by itself. */
export function addAliases(config: string): string {
  const document = parseYaml(config, "data.config");
  const defaults = document.getIn(["defaultTemplates"]);
  const aliases = document.getIn(["aliases"], true);
  if (document.has("aliases") && !isMap(aliases)) throw new UnreadableText("aliases is no map");
  let text = config;
  const names = isMap(aliases)
    ? aliases.items.map((item) => String(isScalar(item.key) ? item.key.value : item.key))
    : [];
  for (const name of names) text = replaceInList(text, name, [istioTemplate], [scopedTemplateName]);
  if (!isMap(aliases)) {
    text = insertPair(text, [], "aliases", {
      flow: `{${istioTemplate}: [${scopedTemplateName}]}`,
    });
  } else if (!names.includes(istioTemplate)) {
    text = insertPair(text, ["aliases"], istioTemplate, {
      flow: `[${scopedTemplateName}]`,
    });
  }
  requireReached(
    text,
    isSeq(defaults) && defaults.items.length > 0
      ? defaults.items.map((item) => String(isScalar(item) ? item.value : item))
      : [istioTemplate],
  );
  return text;
}

/** Takes out what `addAliases` added. */
export function removeAliases(config: string): string {
  const aliases = aliasesIn(config);
  const ours = (list: unknown) => forms.some((form) => JSON.stringify(list) === JSON.stringify(form));
  const names = Object.keys(aliases);
  if (names.length === 1 && ours(aliases[istioTemplate]) && writtenByUs.test(config))
    return removePair(config, [], "aliases");
  let text = config;
  for (const name of names) {
    text =
      name === istioTemplate && ours(aliases[name])
        ? removePair(text, ["aliases"], name)
        : forms.reduce((before, form) => replaceInList(before, name, form, [istioTemplate]), text);
  }
  return text;
}

/** Name -> its templates, as far as anybody can say: what is no list is refused where it is changed. */
function aliasesIn(config: string): Readonly<Record<string, unknown>> {
  const aliases = valueAt(yamlData(config, "data.config"), ["aliases"]);
  return typeof aliases === "object" && aliases !== null ? { ...aliases } : {};
}

const writtenByUs = /^aliases: \{sidecar: \[sidecar-scoped(, sidecar-settings)?\]\}$/m;

// without this, pods of default injection would never see a setting, and nobody would be told
function requireReached(config: string, defaults: readonly string[]): void {
  const aliases = aliasesIn(config);
  const reached = defaults.flatMap((name) => (Object.hasOwn(aliases, name) ? aliases[name] : name));
  if (reached.includes(scopedTemplateName)) return;
  throw new UnreadableText(
    `default injection uses ${defaults.join(", ")}, which leads to ${reached.map(textOf).join(", ")} and never to Istio's template "${istioTemplate}": ` +
      `name "${istioTemplate}" in defaultTemplates or in the alias`,
  );
}

function replaceInList(
  config: string,
  alias: string,
  from: readonly string[],
  to: readonly string[],
): string {
  const node = parseYaml(config, "data.config").getIn(["aliases", alias], true);
  if (!isSeq(node)) throw new UnreadableText(`aliases.${alias} is no list`);
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
