/** The exit codes, for scripts. */
export const exitCodes = {
  /** Done; with --exit-code also: nothing needs to be done. */
  done: 0,
  /** It could not be done: the cluster or a file can't be read, or is wrong. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** Something needs to be done: with --exit-code, and always for doctor. */
  found: 3,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
