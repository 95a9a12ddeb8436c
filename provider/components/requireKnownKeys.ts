import * as pulumi from "@pulumi/pulumi";
import { printable, problemText } from "../settings/problem.js";
import { settingGroups } from "../settings/settingsInputs.js";
import { unknownKeys } from "../settings/unknownKeys.js";

const targetKeys = ["injector", "cluster", "rollout", "patience"];

/** TypeScript sees a misspelt key in a literal only; anything else that a component ignored would look as if it were set. */
export function requireKnownKeys(component: string, args: object, own: readonly string[] = []): void {
  const problems = unknownKeys({ ...args }, [...own, ...settingGroups, ...targetKeys]);
  if (problems.length > 0) throw new pulumi.RunError(`${component}: ${problemText(problems.map(printable))}`);
}
