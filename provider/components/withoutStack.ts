/**
 * An error that Pulumi prints as its message alone. What fails after the last line of a program has run, as in `apply`, is printed by its
 * stack trace, even a RunError or a ResourceError that hides it.
 */
export function withoutStack<Failure extends Error>(error: Failure): Failure {
  error.stack = "";
  return error;
}
