import { InjectorRefusal } from "../data/InjectorRefusal.js";
import { SettingsError } from "../data/problem.js";
import { SettingsFileError } from "../platformFile/PlacedProblem.js";

/**
 * Runs a part of a program. What is wrong in its settings is printed as it is: of any error but its own RunError, which it tells by this
 * property, Pulumi prints the stack trace and all properties as well.
 */
export function withPlainRefusals<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    const isRefusal = [SettingsError, SettingsFileError, InjectorRefusal].some(
      (kind) => error instanceof kind,
    );
    throw isRefusal ? Object.assign(error as Error, { __pulumiRunError: true }) : error;
  }
}
