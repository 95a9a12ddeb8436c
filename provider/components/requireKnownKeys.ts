import * as pulumi from "@pulumi/pulumi";
import { printable, problemText } from "../data/problem.js";
import { unknownKeys } from "../data/unknownKeys.js";
import { formerNames } from "../levels/formerNames.js";
import { targetKeys } from "../platformFile/levelArguments.js";
import { settingGroups } from "../settings/settingsInputs.js";
import { withoutStack } from "./withoutStack.js";

/** Rejects unknown keys: TypeScript only finds them in literals, and an ignored key would look as if it had an effect. */
export function requireKnownKeys(component: string, args: object, own: readonly string[] = []): void {
  const problems = unknownKeys({ ...args }, [...own, ...settingGroups, ...targetKeys], formerNames);
  if (problems.length > 0)
    throw withoutStack(new pulumi.RunError(`${component}: ${problemText(problems.map(printable))}`));
}
