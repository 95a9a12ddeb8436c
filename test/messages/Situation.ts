/** What happened, and the message that users get about it. */
export type Situation = readonly [what: string, message: () => string | Promise<string>];

/** The message of the error that the work ends with. */
export function errorOf(work: () => void): string {
  try {
    work();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error("expected an error, and there was none");
}
