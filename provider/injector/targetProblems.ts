import { refused } from "../data/parsed.js";
import { type Problem, printable } from "../data/problem.js";
import { containsUnknown } from "../data/unknown.js";
import { unknownKeys } from "../data/unknownKeys.js";
import { parseSeconds } from "../settings/duration.js";

type Entries = Readonly<Record<string, unknown>>;

/** Problems of the arguments `injector`, `cluster` and `injectorTimeout`. */
export function targetProblems({ injector, cluster, injectorTimeout }: Entries): Problem[] {
  return [
    ...textProblems("injector", injector, ["namespace", "revision"]),
    ...textProblems("cluster", cluster, ["context", "kubeconfig"]),
    ...timeoutProblems(injectorTimeout),
  ].map(printable);
}

function textProblems(path: string, given: unknown, known: readonly string[]): Problem[] {
  if (!isSet(given) || containsUnknown(given)) return [];
  if (typeof given !== "object" || Array.isArray(given)) {
    return [{ path, ...refused(given, `an object of ${known.join(", ")}`, "nest them below it") }];
  }
  const entries = given as Entries;
  return [
    ...unknownKeys(entries, known).map((problem) => ({ ...problem, path: `${path}.${problem.path}` })),
    ...known
      .filter(
        (key) => entries[key] !== undefined && (typeof entries[key] !== "string" || entries[key] === ""),
      )
      .map((key) => ({
        path: `${path}.${key}`,
        ...refused(entries[key], "text", "write it, in quotes where YAML would take it for a number"),
      })),
  ];
}

function timeoutProblems(given: unknown): Problem[] {
  if (!isSet(given) || containsUnknown(given)) return [];
  const read = parseSeconds(given);
  return "value" in read ? [] : [{ path: "injectorTimeout", ...read }];
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}
