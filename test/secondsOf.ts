import { sep } from "node:path";

/** What a test file took, by `npx tsx test/run.ts all --times`; those that are not here take a few seconds. */
export const measured: Readonly<Record<string, number>> = {};

export function secondsOf(file: string): number {
  return measured[file.split(sep).join("/")] ?? 1;
}
