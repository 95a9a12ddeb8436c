import { InjectorRefusal } from "../data/InjectorRefusal.js";
import { SettingsError } from "../data/problem.js";
import { SettingsFileError } from "../platformFile/PlacedProblem.js";
import { withoutStack } from "./withoutStack.js";

/**
 * Runs a part of a program, and lets Pulumi print problems with its settings as they are: for any error but its own RunError, which it
 * recognizes by this property, Pulumi also prints the stack trace and all properties.
 */
export function withPlainRefusals<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (![SettingsError, SettingsFileError, InjectorRefusal].some((kind) => error instanceof kind))
      throw error;
    throw Object.assign(withoutStack(error as Error), { __pulumiRunError: true });
  }
}
