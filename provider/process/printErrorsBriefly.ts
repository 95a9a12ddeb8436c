/**
 * Makes this process print errors that nobody handles without what takes long and tells users nothing. Meanwhile it would answer nobody, and
 * an operation with an option that Pulumi refuses would seem to hang.
 */
export function printErrorsBriefly(): void {
  // before the SDK's own, which print
  process.prependListener("uncaughtException", abridge);
  process.prependListener("unhandledRejection", abridge);
}

/**
 * Removes the promise that Pulumi's SDK attaches, with all that it refers to, and frames of installed packages: in Node 20, `util.inspect` with
 * colours takes 20 seconds for one of `node_modules/@pulumi/resource.ts`.
 */
export function abridge(error: unknown): void {
  if (!(error instanceof Error)) return;
  Reflect.deleteProperty(error, "promise");
  const frames = (error.stack ?? "").split("\n").filter((line) => !line.includes("node_modules"));
  error.stack = frames.join("\n");
}
