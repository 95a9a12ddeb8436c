import { readdirSync, readFileSync } from "node:fs";
import { peakMemory } from "./processUse";

/** The most memory of a dynamic provider's process below this one, in MiB, as long as this looks on. */
export class ProviderMemory {
  private peak = 0;
  private readonly timer = setInterval(() => this.look(), 250);
  private provider: number | undefined;

  stop(): number {
    clearInterval(this.timer);
    return this.peak;
  }

  private look(): void {
    this.provider ??= providersBelow(process.pid)[0];
    if (this.provider === undefined) return;
    const seen = peakMemory(this.provider);
    if (seen === undefined) this.provider = undefined;
    else this.peak = Math.max(this.peak, seen);
  }
}

function providersBelow(root: number): number[] {
  const providers = readdirSync("/proc").filter(
    (name) => /^\d+$/.test(name) && of(name, "cmdline").includes("pulumi/cmd/dynamic-provider"),
  );
  return providers.map(Number).filter((pid) => {
    for (let at = pid; at > 1; at = Number(/^PPid:\s*(\d+)/m.exec(of(at, "status"))?.[1] ?? 0))
      if (at === root) return true;
    return false;
  });
}

function of(pid: number | string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
