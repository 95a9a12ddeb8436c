import { isRecord } from "../data/isRecord.js";
import { type Checked, refused } from "../data/parsed.js";
import type { Problem } from "../data/problem.js";
import { containsUnknown, isUnknown } from "../data/unknown.js";
import { unknownKey } from "../data/unknownKeys.js";
import { formerNames } from "./formerNames.js";
import { Rollout, type RolloutOptions, rolloutOptionNames } from "./RolloutOptions.js";

/** The given options in canonical form, without defaults, and all problems. Omits what a preview doesn't know. */
export function parseRollout(given: unknown): Checked<RolloutOptions> {
  if (given === undefined || isUnknown(given)) return { value: {}, problems: [] };
  if (!isRecord(given)) {
    const expected = `an object of ${rolloutOptionNames.join(", ")}`;
    return {
      value: {},
      problems: [{ path: "rollout", ...refused(given, expected, "nest them below it") }],
    };
  }
  const options: Record<string, unknown> = {};
  const problems: Problem[] = [];
  for (const [name, value] of Object.entries(given)) {
    if (!isOption(name)) problems.push(unknownOption(name));
    else if (value !== undefined && !containsUnknown([value])) {
      const read = Rollout.shape[name].safeParse(value);
      if (read.success) options[name] = read.data;
      else
        problems.push(
          ...read.error.issues.map(({ code, path, message }) => ({
            path: ["rollout", name, ...path.map(String)].join("."),
            ...refused(value, expectedOf[name], "write one of these, or leave it out"),
            // custom issues are ours and have a complete sentence
            ...(code === "custom" ? { todo: message, sentence: message } : {}),
          })),
        );
    }
  }
  return { value: options as RolloutOptions, problems };
}

/** Merges the options of all levels, given weakest first. */
export function effectiveRollout(levels: readonly (RolloutOptions | undefined)[]): Rollout {
  return Rollout.parse(Object.assign({}, ...levels));
}

const expectedOf: Readonly<Record<keyof RolloutOptions, string>> = {
  strategy: "restart, evict or none",
  maxConcurrent: "a whole number from 1 to 1000",
  pauseBetween: "a duration",
  timeoutPerWorkload: "a duration",
  onFailure: "stop, continue or rollback",
  restartOn: 'a list of "image"',
  selector: "a label selector",
  restartUnhealthy: "true or false",
  deleteBarePods: "true or false",
};

function isOption(name: string): name is keyof RolloutOptions {
  return (rolloutOptionNames as readonly string[]).includes(name);
}

function unknownOption(name: string): Problem {
  return { ...unknownKey(name, rolloutOptionNames, formerNames), path: `rollout.${name}` };
}
