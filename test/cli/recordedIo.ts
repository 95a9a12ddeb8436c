import type { Io } from "../../provider/cli/Io";
import { withoutFiles } from "./withoutFiles";

/** What a command printed. */
export interface Printed {
  out: string;
  err: string;
}

/** A command's surroundings that keep what it prints, with these texts as files, piped, at the beginning of time. */
export function recordedIo(
  files: Readonly<Record<string, string>>,
  more: Pick<Io, "connect"> & Partial<Io>,
): { io: Io; seen: Printed } {
  const seen: Printed = { out: "", err: "" };
  const io: Io = {
    out: (text) => {
      seen.out += text;
    },
    err: (text) => {
      seen.err += text;
    },
    isTerminal: false,
    env: {},
    ...withoutFiles,
    readFile: async (path) => {
      const text = files[path];
      if (text === undefined)
        throw Object.assign(new Error(`ENOENT: no such file or directory, open '${path}'`), {
          code: "ENOENT",
        });
      return text;
    },
    now: () => 0,
    sleep: async () => false,
    ...more,
  };
  return { io, seen };
}
