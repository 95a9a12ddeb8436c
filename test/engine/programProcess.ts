import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Journal } from "./journal";
import { splitLines } from "./lineSplitter";
import type { ProgramSettings } from "./programSettings";

/** Exit code of a program whose errors were already reported through the engine's log. */
const ALREADY_REPORTED = 32;

export interface ProgramRun {
  settings: ProgramSettings;
  journal: Journal;
  address: string;
  dryRun: boolean;
  parallel: number;
  signal?: AbortSignal | undefined;
}

/** Runs the program to its end; the answer is an error text, or nothing when it ended well. */
export async function runProgram(run: ProgramRun): Promise<string | undefined> {
  const { settings, journal } = run;
  const script = createRequire(join(settings.programDirectory, "index.js")).resolve("@pulumi/pulumi/cmd/run");
  const child = spawn(process.execPath, [script, ...programArguments(run)], {
    cwd: settings.programDirectory,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      PULUMI_NODEJS_TYPESCRIPT: String(settings.typescript),
      ...settings.env,
      PULUMI_PROJECT: settings.project,
      PULUMI_STACK: settings.stack,
      PULUMI_CONFIG: JSON.stringify(settings.config),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(settings.secretKeys),
    },
  });
  const stop = () => child.kill("SIGTERM");
  run.signal?.addEventListener("abort", stop, { once: true });
  splitLines(child.stdout, (line) => journal.diagnose("info", line));
  splitLines(child.stderr, (line) => journal.diagnose("info", line));
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  run.signal?.removeEventListener("abort", stop);
  if (code === 0 || code === ALREADY_REPORTED || run.signal?.aborted) {
    return code === ALREADY_REPORTED ? "" : undefined;
  }
  return `the program ended with ${signal ? `signal ${signal}` : `code ${code}`}`;
}

function programArguments(run: ProgramRun): string[] {
  const { settings } = run;
  return [
    "--monitor",
    run.address,
    "--engine",
    run.address,
    "--organization",
    "organization",
    "--project",
    settings.project,
    "--root-directory",
    settings.rootDirectory,
    "--stack",
    settings.stack,
    "--pwd",
    settings.programDirectory,
    ...(run.dryRun ? ["--dry-run"] : []),
    "--parallel",
    String(run.parallel),
    settings.entryPoint,
  ];
}
