import type { LineCounter } from "yaml";
import { isRecord } from "../data/isRecord.js";
import { type Problem, printable, shown } from "../data/problem.js";
import { unknownKeys } from "../data/unknownKeys.js";
import { contentOf, yamlText } from "../data/yamlText.js";
import { formerNames } from "../levels/formerNames.js";
import {
  type Checked,
  type LevelPlace,
  type NamespaceArguments,
  readLevel,
  readShared,
  type Shared,
  type WorkloadArguments,
} from "./levelArguments.js";
import { type PlacedProblem, SettingsFileError } from "./PlacedProblem.js";
import type { PlatformFile } from "./PlatformFile.js";
import { placeIn } from "./placeIn.js";
import { readWaves } from "./readWaves.js";

/** What each part of the file at its top is for; the order is the one in which people read them. */
export const platformFileKeys = [
  "injector",
  "cluster",
  "injectorTimeout",
  "rollout",
  "global",
  "namespaces",
  "workloads",
  "waves",
] as const;

type Given = Readonly<Partial<Record<(typeof platformFileKeys)[number], unknown>>>;

/** Reads a settings file, or throws a SettingsFileError with everything that is wrong and its line and column. */
export function readPlatformFile(text: string, file: string): PlatformFile {
  return read(text, file).checked;
}

/** The file as it is written, as plain data, once nothing is wrong with it. Throws as `readPlatformFile` does. */
export function readPlatformContent(text: string, file: string): unknown {
  return read(text, file).content;
}

function read(text: string, file: string): { content: unknown; checked: PlatformFile } {
  const written = yamlText(text, { merge: true });
  const { document, lines } = written;
  const found = contentOf(written);
  if ("errors" in found) {
    throw new SettingsFileError(
      file,
      found.errors.map(({ message, offset }) => ({ ...yamlProblem(message), ...at(lines, offset) })),
    );
  }
  const { value, problems } = readPlatformSettings(found.content);
  if (problems.length === 0) return { content: found.content, checked: value };
  throw new SettingsFileError(
    file,
    problems
      // placed by the path as it is in the file, shown by one that fits on a line
      .map((problem) => ({ ...printable(problem), ...placeIn(document, lines, problem.path) }))
      .sort((a, b) => a.line - b.line || a.column - b.column),
  );
}

/** The same settings as plain data, with everything that is wrong and its path. */
export function readPlatformSettings(given: unknown): Checked<PlatformFile> {
  const nothing: PlatformFile = { namespaces: {}, workloads: {}, waves: [] };
  if (given === null || given === undefined) return { value: nothing, problems: [] };
  if (!isRecord(given)) {
    const todo = "begin with for instance namespaces:";
    return {
      value: nothing,
      problems: [{ path: "", got: shown(given), expected: `a map of ${platformFileKeys.join(", ")}`, todo }],
    };
  }
  const parts = given as Given;
  const shared = readShared(parts);
  const global =
    parts.global === undefined ? undefined : readLevel(parts.global, shared.value, { is: "global" });
  const namespaces = readLevels<NamespaceArguments>(
    parts.namespaces,
    shared.value,
    (namespace) => ({ is: "namespace", namespace }),
    "settings by the name of their namespace",
  );
  const workloads = readLevels<WorkloadArguments>(
    parts.workloads,
    shared.value,
    (name) => ({ is: "workload", name }),
    "settings with a namespace and a selector, by a name",
  );
  const places = [
    ...Object.keys(namespaces.value),
    // of one that is refused anything may stand there, or nothing
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
      ...unknownKeys(given, platformFileKeys, formerNames),
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
  placeOf: (name: string) => LevelPlace,
  expected: string,
): { value: Record<string, Arguments>; problems: Problem[] } {
  if (given === undefined || given === null) return { value: {}, problems: [] };
  if (!isRecord(given)) {
    return { value: {}, problems: [{ path: "", got: shown(given), expected, todo: "nest them below it" }] };
  }
  const read = Object.entries(given).map(([name, settings]) => {
    const level = readLevel(settings, shared, placeOf(name));
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
    sentence: `not YAML: ${plainYamlMessage(message)}`,
  });
}

// the parser's words for a bracket that was forgotten send people to their indentation
function plainYamlMessage(message: string): string {
  const [, open] = /^Flow (sequence|map) .*must be sufficiently indented/.exec(message) ?? [];
  return open === undefined ? message : `"${open === "map" ? "{" : "["}" is never closed`;
}

function at(lines: LineCounter, offset: number): Pick<PlacedProblem, "line" | "column"> {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}
