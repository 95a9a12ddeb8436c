/** What the command tells scripts by its exit code. */
export const exitCodes = {
  /** Done; with --exit-code: and nothing to do. */
  done: 0,
  /** It could not be done: the cluster or a file can't be read, or is wrong. */
  failed: 1,
  /** The command line itself is wrong. */
  usage: 2,
  /** With --exit-code, and always for doctor: something needs to be done. */
  found: 3,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
