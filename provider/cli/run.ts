import { helpAddress, homeIn } from "../data/helpAddress.js";
import { messageOf } from "../data/messageOf.js";
import { type ExitCode, exitCodes } from "./exitCodes.js";
import type { Io } from "./Io.js";
import { program, usageExit } from "./program.js";
import { terminalPaint } from "./terminalPaint.js";

/** What the command reads of its package.json. */
export interface PackageInfo {
  version: string;
  /** Of a published package only. */
  homepage?: string;
}

/** Runs a command line, given without node and the script. Never throws: errors become text and an exit code. */
export async function run(args: readonly string[], io: Io, info: PackageInfo): Promise<ExitCode> {
  let code: ExitCode = exitCodes.done;
  try {
    await program(io, info.version, (exit) => {
      code = exit;
    }).parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    const usage = usageExit(error);
    if (usage !== undefined) return usage;
    const message = messageOf(error);
    io.err(`${terminalPaint(io)("bad", "error:")} ${message}\n`);
    const address = helpAddress(message, homeIn(info));
    if (address !== undefined) io.err(`See ${address}\n`);
    if (io.env.DEBUG && error instanceof Error) io.err(`${error.stack}\n`);
    return exitCodes.failed;
  }
}
