import { isRecord } from "../data/isRecord.js";
import { type Checked, refused } from "../data/parsed.js";
import type { Problem } from "../data/problem.js";
import { unknownKeys } from "../data/unknownKeys.js";
import type { Injector } from "../injector/Injector.js";
import { injectorOf, readLayerInputs } from "../injector/layerInputs.js";
import { targetProblems } from "../injector/targetProblems.js";
import { formerNames } from "../levels/formerNames.js";
import { parseRollout } from "../levels/parseRollout.js";
import type { RolloutOptions } from "../levels/RolloutOptions.js";
import type { LabelSelector } from "../levels/selector.js";
import { settingGroups, settingsAmong } from "../settings/settingsInputs.js";
import { platformFileKeys } from "./platformFileKeys.js";

/** Arguments of `GlobalSidecarSettings`: settings as written, and where and how to apply them. */
export interface GlobalArguments extends Readonly<Record<string, unknown>> {
  injector?: Injector;
  cluster?: { context?: string; kubeconfig?: string };
  rollout?: RolloutOptions;
  injectorTimeout?: string;
}

/** Arguments of `NamespaceSidecarSettings`. */
export interface NamespaceArguments extends GlobalArguments {
  namespace: string;
  publish?: boolean;
}

/** Arguments of `WorkloadSidecarSettings`. */
export interface WorkloadArguments extends GlobalArguments {
  namespace: string;
  selector: LabelSelector;
  priority?: number;
}

/** The level of a part of the file, with its key. A workload's namespace is in the part itself. */
export type LevelPlace = { is: "global" } | { is: "namespace" | "workload"; name: string };

/** Keys allowed besides settings, in a level or at the top of the file for all levels. */
export const targetKeys = ["injector", "cluster", "rollout", "injectorTimeout"] as const;

export type Shared = Pick<GlobalArguments, (typeof targetKeys)[number]>;

type Entries = Readonly<Record<string, unknown>>;

/** Reads what the file sets for all levels, which each level can override. */
export function readShared(given: Entries): Checked<Shared> {
  const problems = [...targetProblems(given), ...rolloutProblems(given.rollout)];
  const value = Object.fromEntries(
    targetKeys.filter((key) => isSet(given[key])).map((key) => [key, given[key]]),
  ) as Shared;
  return { value: problems.length > 0 ? {} : value, problems };
}

/** Reads one level's part of the file, merged over the shared part. */
export function readLevel(
  given: unknown,
  shared: Shared,
  place: LevelPlace,
): Checked<Readonly<Record<string, unknown>>> {
  const written = given ?? {};
  if (!isRecord(written)) {
    const problem = refused(given, "an object of settings", "nest the settings below it");
    return { value: {}, problems: [{ path: "", ...problem }] };
  }
  const known = [...settingGroups, ...levelKeys(place.is)];
  const own = readShared(Object.fromEntries(targetKeys.map((key) => [key, written[key]])));
  const settings = settingsAmong(written);
  const injector = { ...shared.injector, ...own.value.injector };
  const target = targetArguments(place, written);
  const read = readLayerInputs({
    ...settings,
    injector,
    ...target,
    ...(place.is === "workload" ? { workload: place.name } : {}),
  });
  const problems = [
    ...unknownKeys(written, known, {
      former: formerNames,
      elsewhere: { keys: platformFileKeys, todo: "move it to the top level of the file" },
    }),
    ...own.problems,
    // an empty key in YAML is null: what was below it was removed, or never written
    ...nullProblems(written, known),
    ...publishProblems(written.publish, place.is === "namespace"),
    ...read.problems.map((problem) => ({ ...problem, path: placedPath(problem.path, place) })),
    ...(place.is === "workload" ? missingNamespace(written) : []),
  ];
  const rollout = { ...shared.rollout, ...own.value.rollout };
  const value = {
    ...shared,
    ...own.value,
    ...(Object.keys(rollout).length > 0 ? { rollout } : {}),
    ...(Object.keys(injector).length > 0 ? { injector: injectorOf({ injector }) } : {}),
    ...settings,
    ...target,
    ...(typeof written.publish === "boolean" ? { publish: written.publish } : {}),
  };
  return { value, problems };
}

/** A level's keys besides settings. */
export function levelKeys(level: LevelPlace["is"]): readonly string[] {
  const own = { global: [], namespace: ["publish"], workload: ["namespace", "selector", "priority"] };
  return [...targetKeys.filter((key) => key !== "cluster"), ...own[level]];
}

function targetArguments(place: LevelPlace, { namespace, selector, priority }: Entries): Entries {
  if (place.is === "global") return {};
  if (place.is === "namespace") return { namespace: place.name };
  return {
    ...(isSet(namespace) ? { namespace } : {}),
    selector: selector ?? {},
    ...(isSet(priority) ? { priority } : {}),
  };
}

// the names of namespaces and workloads are keys of the map that contains the level
function placedPath(path: string, place: LevelPlace): string {
  const isKey =
    (place.is === "namespace" && path === "namespace") ||
    (place.is === "workload" && path === "workloadName");
  return isKey ? "" : path;
}

function missingNamespace({ namespace }: Entries): Problem[] {
  if (isSet(namespace)) return [];
  const expected = "the namespace of the pods";
  return [{ path: "namespace", got: "nothing", expected, todo: "add it" }];
}

function nullProblems(given: Entries, known: readonly string[]): Problem[] {
  return known
    .filter((key) => given[key] === null && !settingGroups.includes(key))
    .map((key) => ({
      path: key,
      got: "nothing",
      expected: "a value",
      todo: "add one, or remove the key",
    }));
}

function rolloutProblems(given: unknown): Problem[] {
  return isSet(given) ? parseRollout(given).problems : [];
}

/** Problems of the argument `publish`, for a level that has it or not. */
export function publishProblems(given: unknown, known: boolean): Problem[] {
  if (!known || !isSet(given) || typeof given === "boolean") return [];
  return [{ path: "publish", ...refused(given, "true or false", "leave it out for true") }];
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}
