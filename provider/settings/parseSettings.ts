import { z } from "zod";
import { getOwn } from "../data/getOwn.js";
import { isRecord } from "../data/isRecord.js";
import { type Checked, refused } from "../data/parsed.js";
import { unplainParts } from "../data/plainData.js";
import { type Problem, printable, problemSentence, shown } from "../data/problem.js";
import { putAt } from "../data/putAt.js";
import { isUnknown, unknownMarker } from "../data/unknown.js";
import { unknownKey } from "../data/unknownKeys.js";
import { valueAt } from "../data/valueAt.js";
import type { CanonicalSettings } from "./canonicalSettings.js";
import { declarations, type SettingDeclaration, type SettingValue } from "./declarations.js";

interface Branch {
  [key: string]: Branch | SettingDeclaration;
}

const tree = declarationTree();
const schema = branchSchema(tree);

/** Parses one level's settings as users write them; none if there are problems. A preview's unknown marker passes through anywhere. */
export function parseSettings(input: unknown): Checked<CanonicalSettings> {
  const unplain = unplainParts(input);
  if (unplain.length > 0) return { value: {}, problems: unplain.map(printable) };
  const read = schema.safeParse(spreadUnknown(input, tree));
  if (read.success) return { value: flattened(read.data), problems: [] };
  return {
    value: {},
    problems: read.error.issues.flatMap((issue) => problemsOf(issue, input)).map(printable),
  };
}

function flattened(data: unknown): CanonicalSettings {
  const settings: [string, SettingValue][] = [];
  for (const { path, open } of declarations) {
    const value = valueAt(data, path.split("."));
    if (value === undefined) continue;
    if (open && !isUnknown(value)) {
      for (const [name, one] of Object.entries(value as Record<string, SettingValue>))
        settings.push([`${path}.${name}`, one]);
    } else settings.push([path, value as SettingValue]);
  }
  return Object.fromEntries(settings);
}

// if a group is unknown, so is each of its settings
function spreadUnknown(input: unknown, branch: Branch): unknown {
  if (isUnknown(input)) {
    return Object.fromEntries(
      Object.entries(branch).map(([key, node]) => [
        key,
        isDeclaration(node) ? unknownMarker : spreadUnknown(input, node),
      ]),
    );
  }
  if (!isRecord(input)) return input;
  return Object.fromEntries(
    Object.entries(input).map(([key, value]) => {
      const node = getOwn(branch, key);
      return [key, node && !isDeclaration(node) ? spreadUnknown(value, node) : value];
    }),
  );
}

function problemsOf(issue: z.core.$ZodIssue, input: unknown): Problem[] {
  const path = issue.path.map(String);
  const at = path.join(".") || "settings";
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(path.reduce<Branch>((branch, key) => (branch[key] ?? {}) as Branch, tree));
    return issue.keys.map((key) => ({ ...unknownKey(key, known), path: [...path, key].join(".") }));
  }
  if (issue.code === "custom" && issue.params) {
    const { got, expected, todo } = issue.params as Record<"got" | "expected" | "todo", string>;
    return [{ path: at, got, expected, todo }];
  }
  return [
    {
      path: at,
      got: shown(valueAt(input, path)),
      expected: "an object of settings",
      todo: "nest the settings below it",
    },
  ];
}

function declarationTree(): Branch {
  const root: Branch = {};
  for (const declaration of declarations) putAt(root, declaration.path.split("."), declaration);
  return root;
}

function isDeclaration(node: Branch | SettingDeclaration): node is SettingDeclaration {
  return typeof node.parse === "function";
}

function branchSchema(branch: Branch): z.ZodType {
  return z.strictObject(
    Object.fromEntries(
      Object.entries(branch).map(([key, node]) => [
        key,
        (isDeclaration(node)
          ? node.open
            ? mapSchema(node)
            : leafSchema(node)
          : branchSchema(node)
        ).optional(),
      ]),
    ),
  );
}

// a map of arbitrary names; each value is checked separately, so that problems have its path
function mapSchema({ open, parse }: SettingDeclaration): z.ZodType {
  return z.unknown().transform((value, context) => {
    if (value === undefined || isUnknown(value)) return value;
    if (!isRecord(value)) {
      const read = refused(value, "a map of names to values", "write the names and their values below it");
      context.issues.push({ code: "custom", message: "", params: read, input: value });
      return z.NEVER;
    }
    const entries: [string, unknown][] = [];
    for (const [name, one] of Object.entries(value)) {
      if (one === undefined) continue;
      const named = open?.(name) ?? { value: name };
      const read = !("value" in named) ? named : isUnknown(one) ? { value: one as string } : parse(one);
      if ("value" in read) entries.push([name, read.value]);
      else context.issues.push({ code: "custom", message: "", params: read, input: one, path: [name] });
    }
    return Object.fromEntries(entries);
  });
}

function leafSchema({ parse }: SettingDeclaration): z.ZodType {
  return z.unknown().transform((value, context) => {
    if (value === undefined || isUnknown(value)) return value;
    const read = parse(value);
    if ("value" in read) return read.value;
    context.issues.push({
      code: "custom",
      message: problemSentence({ path: "", ...read }),
      params: read,
      input: value,
    });
    return z.NEVER;
  });
}
