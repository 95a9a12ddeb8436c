import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import type { ProgramOptions } from "./ProgramOptions";
import { splitLines } from "./splitLines";

const LOOK_FOR_PROVIDER_MS = 100;

export interface CommandRun {
  code: number;
  stdout: string;
  /** Both streams, line by line as they came. */
  text: string;
}

/** Runs one command of the CLI to its end. */
export async function runCommand(
  args: readonly string[],
  options: Pick<ProgramOptions, "cwd" | "onLine" | "signal" | "onProviderStart">,
  env: Record<string, string>,
): Promise<CommandRun> {
  const child = spawn("pulumi", [...args, "--cwd", options.cwd, "--non-interactive", "--color", "never"], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  const out: string[] = [];
  const all: string[] = [];
  const keep = (line: string) => {
    all.push(line);
    options.onLine?.(line);
  };
  splitLines(child.stdout, (line) => {
    out.push(line);
    keep(line);
  });
  splitLines(child.stderr, keep);
  const interrupt = () => child.kill(options.signal?.reason === "SIGKILL" ? "SIGKILL" : "SIGINT");
  options.signal?.addEventListener("abort", interrupt, { once: true });
  const stopLooking = watchForProvider(child.pid, options.onProviderStart);
  try {
    const [code] = (await once(child, "close")) as [number | null];
    return { code: code ?? -1, stdout: out.join("\n"), text: all.join("\n") };
  } finally {
    stopLooking();
    options.signal?.removeEventListener("abort", interrupt);
  }
}

/** The CLI does not say which process its dynamic providers have; the process table does. */
function watchForProvider(
  root: number | undefined,
  onStart: ((pid: number) => void) | undefined,
): () => void {
  if (root === undefined || !onStart) return () => undefined;
  const seen = new Set<number>();
  const timer = setInterval(async () => {
    for (const pid of await findProviders(root)) {
      if (seen.has(pid)) continue;
      seen.add(pid);
      onStart(pid);
    }
  }, LOOK_FOR_PROVIDER_MS);
  return () => clearInterval(timer);
}

async function findProviders(root: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)("ps", ["-axo", "pid=,ppid=,args="]);
  const parents = new Map<number, number>();
  const candidates: number[] = [];
  for (const line of stdout.split("\n")) {
    const [, pid, parent, args = ""] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    parents.set(Number(pid), Number(parent));
    if (/^\S*node \S*pulumi\/cmd\/dynamic-provider\S* [\d.:]+/.test(args)) candidates.push(Number(pid));
  }
  return candidates.filter((pid) => {
    for (let current: number | undefined = pid; current; current = parents.get(current)) {
      if (current === root) return true;
    }
    return false;
  });
}
