import { getOwn } from "../data/getOwn.js";
import { isRecord } from "../data/isRecord.js";
import { type Checked, type Parsed, refused } from "../data/parsed.js";
import { unplainParts } from "../data/plainData.js";
import { type Problem, printable } from "../data/problem.js";
import { putAt } from "../data/putAt.js";
import { isUnknown, unknownMarker } from "../data/unknown.js";
import { unknownKey } from "../data/unknownKeys.js";
import type { CanonicalSettings } from "./canonicalSettings.js";
import { declarations, type SettingDeclaration, type SettingValue } from "./declarations.js";

/** Declarations by the keys of their paths. */
interface Branch {
  [key: string]: Branch | SettingDeclaration;
}

/** A setting's value, or what is wrong at a path. */
type Found = { path: string; value: SettingValue } | Problem;

const tree = declarationTree();

/** Parses one level's settings as users write them; none if there are problems. A preview's unknown marker passes through anywhere. */
export function parseSettings(input: unknown): Checked<CanonicalSettings> {
  const unplain = unplainParts(input);
  if (unplain.length > 0) return { value: {}, problems: unplain.map(printable) };
  const values: [string, SettingValue][] = [];
  const problems: Problem[] = [];
  for (const found of inBranch(tree, input, "")) {
    if ("value" in found) values.push([found.path, found.value]);
    else problems.push(printable(found));
  }
  return problems.length > 0 ? { value: {}, problems } : { value: Object.fromEntries(values), problems };
}

function inBranch(branch: Branch, given: unknown, path: string): Found[] {
  const at = (key: string) => (path === "" ? key : `${path}.${key}`);
  // if a group is unknown, so is each of its settings
  if (isUnknown(given)) return Object.entries(branch).flatMap(([key, node]) => inNode(node, given, at(key)));
  if (!isRecord(given)) {
    const refusal = refused(given, "an object of settings", "nest the settings below it");
    return [{ path: path || "settings", ...refusal }];
  }
  const known = Object.keys(branch);
  return [
    ...Object.entries(branch).flatMap(([key, node]) => inNode(node, getOwn(given, key), at(key))),
    ...Object.keys(given)
      .filter((key) => !known.includes(key))
      .map((key) => ({ ...unknownKey(key, known), path: at(key) })),
  ];
}

function inNode(node: Branch | SettingDeclaration, given: unknown, path: string): Found[] {
  if (given === undefined) return [];
  if (!isDeclaration(node)) return inBranch(node, given, path);
  return node.open && !isUnknown(given)
    ? inMap(node.open, node.parse, given, path)
    : [{ path, ...parsed(node.parse, given) }];
}

/** A map of arbitrary names, of which each is a setting. */
function inMap(
  open: NonNullable<SettingDeclaration["open"]>,
  parse: SettingDeclaration["parse"],
  given: unknown,
  path: string,
): Found[] {
  if (!isRecord(given))
    return [
      { path, ...refused(given, "a map of names to values", "write the names and their values below it") },
    ];
  return Object.entries(given)
    .filter(([, one]) => one !== undefined)
    .map(([name, one]) => {
      const named = open(name);
      return { path: `${path}.${name}`, ...("value" in named ? parsed(parse, one) : named) };
    });
}

function parsed(parse: SettingDeclaration["parse"], given: unknown): Parsed<SettingValue> {
  return isUnknown(given) ? { value: unknownMarker } : parse(given);
}

function declarationTree(): Branch {
  const root: Branch = {};
  for (const declaration of declarations) putAt(root, declaration.path.split("."), declaration);
  return root;
}

function isDeclaration(node: Branch | SettingDeclaration): node is SettingDeclaration {
  return typeof node.parse === "function";
}
