import { randomUUID } from "node:crypto";
import { link, readFile, rm, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { identify, isAlive, type ProcessIdentity } from "./processIdentity";
import type { Progress } from "./progress";

/** Does the work while no other process holds the lock. A lock whose process has died counts as free. */
export async function withLock<T>(path: string, progress: Progress, work: () => Promise<T>): Promise<T> {
  const own = `${path}.${randomUUID()}`;
  await writeFile(own, JSON.stringify(identify(process.pid)));
  try {
    let told = false;
    while (!(await take(own, path))) {
      const holder = await holderOf(path);
      if (holder !== undefined && !isAlive(holder)) {
        await rm(path, { force: true });
      } else {
        if (!told && holder !== undefined) progress(`waiting for process ${holder.pid}, which does the same`);
        told = true;
        await sleep(500);
      }
    }
    try {
      return await work();
    } finally {
      await rm(path, { force: true });
    }
  } finally {
    await rm(own, { force: true });
  }
}

// A link appears at once and whole, so nobody reads a lock that doesn't say yet whose it is.
async function take(own: string, path: string): Promise<boolean> {
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function holderOf(path: string): Promise<ProcessIdentity | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as ProcessIdentity;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
