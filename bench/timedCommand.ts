import { spawn } from "node:child_process";
import { once } from "node:events";
import { progress } from "./Benchmark";
import { peakMemory } from "./processUse";
import type { RequestCount } from "./RequestCount";

/** What a whole command took. `memory`: at its peak, in MiB. */
export interface CommandRun {
  seconds: number;
  memory: number;
  requests: number;
}

/** Runs a command to its end; its output goes nowhere, so that nobody waits for a reader. */
export async function timedCommand(
  title: string,
  count: RequestCount,
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<CommandRun> {
  count.next();
  const begin = performance.now();
  const child = spawn(command, args, { env, stdio: ["ignore", "ignore", "inherit"] });
  let memory = 0;
  const timer = setInterval(() => {
    memory = Math.max(memory, peakMemory(child.pid ?? 0) ?? 0);
  }, 20);
  const [code] = (await once(child, "exit").finally(() => clearInterval(timer))) as [number | null];
  const seconds = (performance.now() - begin) / 1000;
  if (code !== 0) throw new Error(`${title} ended with ${code}`);
  const { all } = count.next();
  progress(`${title}: ${seconds.toFixed(1)} s, ${memory.toFixed(0)} MiB, ${all} requests`);
  return { seconds, memory, requests: all };
}
