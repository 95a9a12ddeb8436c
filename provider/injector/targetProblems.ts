import { isRecord } from "../data/isRecord.js";
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
  if (given === undefined || given === null || containsUnknown(given)) return [];
  if (!isRecord(given))
    return [{ path, ...refused(given, `an object of ${known.join(", ")}`, "nest them below it") }];
  return [
    ...unknownKeys(given, known).map((problem) => ({ ...problem, path: `${path}.${problem.path}` })),
    ...known
      .filter((key) => given[key] !== undefined && (typeof given[key] !== "string" || given[key] === ""))
      .map((key) => ({
        path: `${path}.${key}`,
        ...refused(given[key], "text", "write it, in quotes where YAML would take it for a number"),
      })),
  ];
}

function timeoutProblems(given: unknown): Problem[] {
  if (given === undefined || given === null || containsUnknown(given)) return [];
  const read = parseSeconds(given);
  return "value" in read ? [] : [{ path: "injectorTimeout", ...read }];
}
