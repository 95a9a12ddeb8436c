import { type Document, isMap, isPair, isScalar, visit } from "yaml";
import { isRecord } from "../data/isRecord.js";
import { type Checked, refused } from "../data/parsed.js";
import { type Problem, printable } from "../data/problem.js";
import { unknownKeys } from "../data/unknownKeys.js";
import { contentOf, yamlText } from "../data/yamlText.js";
import { formerNames } from "../levels/formerNames.js";
import { declarations } from "../settings/declarations.js";
import { settingGroups } from "../settings/settingsInputs.js";
import {
  levelKeys,
  type NamespaceArguments,
  readLevel,
  readShared,
  type Shared,
  type WorkloadArguments,
} from "./levelArguments.js";
import { SettingsFileError } from "./PlacedProblem.js";
import type { PlatformFile } from "./PlatformFile.js";
import { placeIn } from "./placeIn.js";
import { platformFileKeys } from "./platformFileKeys.js";
import { readWaves } from "./readWaves.js";

type Given = Readonly<Partial<Record<(typeof platformFileKeys)[number], unknown>>>;

/** Reads a settings file. Throws a SettingsFileError with all problems and their lines and columns. */
export function readPlatformFile(text: string, file: string): PlatformFile {
  return read(text, file).checked;
}

/** The file's content as plain data, as written, after validation. Throws like `readPlatformFile`. */
export function readPlatformContent(text: string, file: string): unknown {
  return read(text, file).content;
}

function read(text: string, file: string): { content: unknown; checked: PlatformFile } {
  const written = yamlText(text, { merge: true });
  const { document, lines } = written;
  keepNumbersAsWritten(document);
  const found = contentOf(written);
  if ("errors" in found) {
    throw new SettingsFileError(
      file,
      found.errors.map(({ message, line, column }) => ({ ...yamlProblem(message), line, column })),
    );
  }
  const { value, problems } = readPlatformSettings(found.content);
  if (problems.length === 0) return { content: found.content, checked: value };
  throw new SettingsFileError(
    file,
    problems
      // located by the original path, shown with a printable one
      .map((problem) => ({ ...printable(problem), ...placeIn(document, lines, problem.path) }))
      .sort((a, b) => a.line - b.line || a.column - b.column),
  );
}

/** Maps of names to text, in which a number is only text without quotes: 1.10 is not 1.1. */
const textMaps = declarations.flatMap(({ open, path, schema }) =>
  open && Array.isArray(schema.type) ? [path] : [],
);

function keepNumbersAsWritten(document: Document): void {
  visit(document, {
    Pair: (_, { key, value }, [, , top, ...below]) => {
      if (!isScalar(key) || !textMaps.includes(String(key.value)) || !isMap(value)) return;
      // the name of a namespace or workload, not of a setting
      if (below.length === 1 && isPair(top) && String(top.key) !== "global") return;
      for (const { value: one } of value.items)
        if (isScalar(one) && typeof one.value === "number" && one.source) one.value = one.source;
    },
  });
}

/** Validates settings given as plain data. Returns all problems with their paths. */
export function readPlatformSettings(given: unknown): Checked<PlatformFile> {
  const nothing: PlatformFile = { namespaces: {}, workloads: {}, waves: [] };
  if (given === null || given === undefined) return { value: nothing, problems: [] };
  if (!isRecord(given)) {
    const expected = `a map of ${platformFileKeys.join(", ")}`;
    const problem = refused(given, expected, "start with namespaces:, for instance");
    return { value: nothing, problems: [{ path: "", ...problem }] };
  }
  const parts = given as Given;
  const shared = readShared(parts);
  const global =
    parts.global === undefined ? undefined : readLevel(parts.global, shared.value, { is: "global" });
  const namespaces = readLevels<NamespaceArguments>(
    parts.namespaces,
    shared.value,
    "namespace",
    "settings by namespace name",
  );
  const workloads = readLevels<WorkloadArguments>(
    parts.workloads,
    shared.value,
    "workload",
    "settings with a namespace and a selector, by a name",
  );
  const places = [
    ...Object.keys(namespaces.value),
    // in an invalid one, the namespace may be missing or anything
    ...Object.values<{ namespace?: unknown }>(workloads.value).map(({ namespace }) => namespace),
  ].filter((place): place is string => typeof place === "string");
  const waves = readWaves(parts.waves, [...new Set(places)]);
  return {
    value: {
      ...(global ? { global: global.value } : {}),
      namespaces: namespaces.value,
      workloads: workloads.value,
      waves: waves.value,
    },
    problems: [
      ...unknownKeys(given, platformFileKeys, {
        former: formerNames,
        elsewhere: {
          keys: [...settingGroups, ...levelKeys("namespace")],
          todo: "move it below global, or below a namespace's name in namespaces",
        },
      }),
      ...shared.problems,
      ...below("global", global?.problems ?? []),
      ...below("namespaces", namespaces.problems),
      ...below("workloads", workloads.problems),
      ...below("waves", waves.problems),
    ],
  };
}

function readLevels<Arguments>(
  given: unknown,
  shared: Shared,
  is: "namespace" | "workload",
  expected: string,
): Checked<Record<string, Arguments>> {
  if (given === undefined || given === null) return { value: {}, problems: [] };
  if (!isRecord(given)) {
    return { value: {}, problems: [{ path: "", ...refused(given, expected, "nest them below it") }] };
  }
  const read = Object.entries(given).map(([name, settings]) => {
    const level = readLevel(settings, shared, { is, name });
    return { name, value: level.value as Arguments, problems: below(name, level.problems) };
  });
  return {
    value: Object.fromEntries(read.map(({ name, value }) => [name, value])),
    problems: read.flatMap(({ problems }) => problems),
  };
}

function below(path: string, problems: readonly Problem[]): Problem[] {
  return problems.map((problem) => ({ ...problem, path: [path, problem.path].filter(Boolean).join(".") }));
}

function yamlProblem(message: string): Problem {
  return printable({
    path: "",
    got: message,
    expected: "YAML",
    todo: "fix the text there",
    sentence: `not YAML: ${message}`,
  });
}
