import { type Document, isMap, isScalar, type Pair } from "yaml";
import { InjectorRefusal } from "./InjectorRefusal.js";
import { type JsonMember, jsonMembers, readJson } from "./jsonMembers.js";
import { memoize } from "./memoize.js";
import { isNestedTooDeep } from "./plainData.js";
import { contentOf, type YamlError, yamlText } from "./yamlText.js";

type Ranged = { range?: [number, number, number] | null };

export function parseYaml(text: string, what: string): Document.Parsed {
  const read = yamlText(text);
  refuseErrors(read.errors, what);
  return read.document;
}

/** The parsed content of one of the ConfigMap's texts. Cached, so don't change it. */
export function yamlData(text: string, what: string): unknown {
  const read = jsonIn(text) ?? yamlIn(text);
  if ("content" in read) return read.content;
  refuseErrors(read.errors, what);
}

// apart, since the values are JSON and another text after each write: they would displace the config, which takes long to parse
const jsonTexts = memoize((text) => {
  const json = readJson(text);
  return json && !isNestedTooDeep(json.content) ? json : undefined;
}, 3);
// istiod follows merge keys
const yamlIn = memoize((text) => contentOf(yamlText(text, { merge: true })));

function jsonIn(text: string): { content: unknown } | undefined {
  return /^\s*[{[]/.test(text) ? jsonTexts(text) : undefined;
}

function refuseErrors([error]: readonly YamlError[], what: string): void {
  if (!error) return;
  const message = error.message.split("\n")[0];
  throw new InjectorRefusal({
    where: `${what}, line ${error.line}, column ${error.column}`,
    expected: "YAML or JSON",
    got: `text that can't be read (${message})`,
    todo: "Fix the text there, or reinstall Istio, which rewrites it",
  });
}

/**
 * Adds `key` to the map at `path` of a YAML or JSON text and keeps every other byte: last in a flow map, first in a block map, whose
 * end can't be told from comments that follow it.
 */
export function insertPair(
  text: string,
  path: readonly string[],
  key: string,
  value: { block: string } | { flow: string },
): string {
  const map = mapAt(text, path);
  const flow = escapedJson("flow" in value ? value.flow : JSON.stringify(value.block));
  if (map.flow) {
    const last = map.members.at(-1);
    if (!last) {
      const open = map.start + 1;
      return `${text.slice(0, open)}${JSON.stringify(key)}: ${flow}${text.slice(open)}`;
    }
    const end = last.valueEnd;
    const indent = indentOf(text, last.keyStart);
    const gap = indent === undefined ? " " : `\n${indent}`;
    return `${text.slice(0, end)},${gap}${JSON.stringify(key)}: ${flow}${text.slice(end)}`;
  }
  const [first] = map.members;
  const start = first?.keyStart;
  const indent = start === undefined ? undefined : indentOf(text, start);
  if (start === undefined || indent === undefined)
    throw new InjectorRefusal({
      where: path.join(".") || "the top",
      expected: `a map that ${key} can be added to`,
      got: start === undefined ? "one without keys" : "one that begins on a line with other text",
      todo: reinstall,
    });
  // above a comment at the top of the file, which is about the first key
  const at = path.length === 0 && !/^(---|%)/m.test(text.slice(0, start)) ? 0 : start - indent.length;
  const body = "block" in value ? blockScalar(value.block, indent) : `${value.flow}\n`;
  return `${text.slice(0, at)}${indent}${key}: ${body}${text.slice(at)}`;
}

/** Undoes `insertPair`; returns the text unchanged if the key is absent. */
export function removePair(text: string, path: readonly string[], key: string): string {
  const map = mapAt(text, path);
  const index = map.members.findIndex((member) => member.key === key);
  const member = map.members[index];
  if (!member) return text;
  const previous = map.members[index - 1];
  const next = map.members[index + 1];
  if (map.flow) {
    const from = previous ? previous.valueEnd : map.start + 1;
    const to = previous || !next ? member.valueEnd : next.keyStart;
    return text.slice(0, from) + text.slice(to);
  }
  const start = member.keyStart;
  const end = member.valueEnd;
  const lineEnd = text[end - 1] === "\n" ? end : text.indexOf("\n", end) + 1;
  return (
    text.slice(0, start - (indentOf(text, start) ?? "").length) +
    text.slice(lineEnd === 0 ? text.length : lineEnd)
  );
}

/** A map in a text. `flow`: written with braces; `start`: its offset; members in their order. */
interface PlacedMap {
  flow: boolean;
  start: number;
  members: Pick<JsonMember, "key" | "keyStart" | "valueEnd">[];
}

/** The map at a path; throws if there is something else. */
function mapAt(text: string, path: readonly string[]): PlacedMap {
  if (jsonIn(text)) return jsonMapAt(text, path);
  const document = parseYaml(text, "the text");
  const node = path.length === 0 ? document.contents : document.getIn(path, true);
  if (!isMap(node)) throw notAMap(path);
  return {
    flow: node.flow === true,
    start: startOf(node),
    members: node.items.map((item) => ({
      key: keyText(item),
      keyStart: startOf(item.key as Ranged),
      valueEnd: valueEnd(item),
    })),
  };
}

function jsonMapAt(text: string, path: readonly string[]): PlacedMap {
  let start = text.search(/\S/);
  for (const key of path) {
    const member = text[start] === "{" ? jsonMembers(text, start).find((one) => one.key === key) : undefined;
    if (!member) throw notAMap(path);
    start = member.valueStart;
  }
  if (text[start] !== "{") throw notAMap(path);
  return { flow: true, start, members: jsonMembers(text, start) };
}

function notAMap(path: readonly string[]): InjectorRefusal {
  return new InjectorRefusal({
    where: path.join(".") || "the top",
    expected: "a map",
    got: "something else",
    todo: reinstall,
  });
}

const reinstall = "Reinstall Istio, which rewrites the ConfigMap";

function keyText(item: Pair): string {
  return String(isScalar(item.key) ? item.key.value : item.key);
}

/** The white space before `at` on its line; undefined if there is anything else. */
function indentOf(text: string, at: number): string | undefined {
  const before = text.slice(text.lastIndexOf("\n", at - 1) + 1, at);
  return /^ *$/.test(before) ? before : undefined;
}

function startOf(node: Ranged): number {
  if (!node.range) throw new InjectorRefusal("a value has no position in its text");
  return node.range[0];
}

function valueEnd(item: Pair): number {
  const node = (item.value ?? item.key) as Ranged;
  if (!node.range) throw new InjectorRefusal("a value has no position in its text");
  return node.range[1];
}

function blockScalar(content: string, indent: string): string {
  const plain =
    !/[^\P{Cc}\n\t]|[\u2028\u2029\ufeff]/u.test(content) &&
    /[^\n]\n?$/.test(content) &&
    content.trim() !== "" &&
    !content.startsWith("\n");
  if (!plain) return `${escapedJson(JSON.stringify(content))}\n`;
  const lines = content.endsWith("\n") ? content.slice(0, -1).split("\n") : content.split("\n");
  const header = `|${/^\s/.test(content) ? "2" : ""}${content.endsWith("\n") ? "" : "-"}`;
  return `${header}\n${lines.map((line) => (line === "" ? "" : `${indent}  ${line}`)).join("\n")}\n`;
}

/** JSON with the characters escaped that YAML parsers refuse or fold. */
function escapedJson(json: string): string {
  return json.replace(
    /[^\t\n\x20-\x7e\u00a0-\u2027\u202a-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
