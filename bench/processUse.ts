import { readFileSync } from "node:fs";

/** Clock ticks a second in /proc, on every Linux there is. */
const ticksPerSecond = 100;

/** CPU seconds that a process has used so far, and those of its children that have ended. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // the second field is the program's name and may hold spaces
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = [11, 12, 13, 14].map((field) => Number(fields[field]));
  return ticks.reduce((sum, one) => sum + one, 0) / ticksPerSecond;
}

/** The most memory that a process has had so far, in MiB; undefined once it is gone. */
export function peakMemory(pid: number): number | undefined {
  try {
    const [, kilobytes] = /^VmHWM:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch {
    return undefined;
  }
}

/** How busy the machine is, as `uptime` tells it: processes that run or want to, over the last minute. */
export function load(): string {
  return readFileSync("/proc/loadavg", "utf8").split(" ")[0] ?? "?";
}
