import * as pulumi from "@pulumi/pulumi";
import { printable, problemText } from "../data/problem.js";
import { unknownKeys } from "../data/unknownKeys.js";
import { formerNames } from "../levels/formerNames.js";
import { publishProblems, targetKeys } from "../platformFile/levelArguments.js";
import { settingGroups } from "../settings/settingsInputs.js";
import { refusal } from "./refusal.js";

/**
 * Rejects unknown keys: TypeScript only finds them in literals, and an ignored key would look as if it had an effect. The same for `publish`,
 * which decides whether there is a resource, and never becomes an input of one.
 */
export function requireKnownKeys(component: string, args: object, own: readonly string[] = []): void {
  const { publish } = args as { publish?: unknown };
  // an Output has no JSON to show
  const shownAs = pulumi.Output.isInstance(publish) ? { got: "an output, which is known too late" } : {};
  const problems = [
    ...unknownKeys({ ...args }, [...own, ...settingGroups, ...targetKeys], { former: formerNames }),
    ...publishProblems(publish, own.includes("publish")).map((problem) => ({ ...problem, ...shownAs })),
  ];
  if (problems.length > 0) throw refusal(`${component}: ${problemText(problems.map(printable))}`);
}
