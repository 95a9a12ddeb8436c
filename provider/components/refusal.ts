import * as pulumi from "@pulumi/pulumi";
import { InjectorRefusal } from "../data/InjectorRefusal.js";
import { SettingsError } from "../data/problem.js";
import { SettingsFileError } from "../platformFile/PlacedProblem.js";

/** An error about a program, or about one of its resources, of which Pulumi prints the message alone. */
export function refusal(message: string, resource?: pulumi.Resource): Error {
  return withoutStack(
    resource ? new pulumi.ResourceError(message, resource, true) : new pulumi.RunError(message),
  );
}

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

/** What fails after the last line of a program has run, as in `apply`, is printed by its stack trace, even an error that hides it. */
function withoutStack(error: Error): Error {
  error.stack = "";
  return error;
}
