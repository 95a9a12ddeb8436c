import { randomInt } from "node:crypto";
import { createServer } from "node:net";

// Below the range that systems give to outgoing connections: a component that is stopped for a while must find its port
// free again.
const LOWEST = 20_000;
const HIGHEST = 32_000;
// A cluster with more revisions has more ports than this one may have.
const MOST = 50;

/** The first of `size` ports in a row that nobody uses, none of them in a block that starts in `taken`. */
export async function freePortBlock(size: number, taken: readonly number[]): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const base = LOWEST + randomInt(Math.floor((HIGHEST - LOWEST) / size)) * size;
    const overlaps = taken.some((other) => Math.abs(other - base) < MOST);
    if (!overlaps && (await busyPorts(base, size)).length === 0) return base;
  }
  throw new Error(`found no ${size} free ports in a row between ${LOWEST} and ${HIGHEST}`);
}

export async function busyPorts(base: number, size: number): Promise<number[]> {
  const ports = Array.from({ length: size }, (_, offset) => base + offset);
  const free = await Promise.all(ports.map(isFree));
  return ports.filter((_, index) => !free[index]);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
