import { createConnection } from "node:net";

/** In a row: one refused connection may be a full backlog. */
const mostRefused = 2;

/**
 * Calls `end` once nobody listens at the engine's address any more: a CLI that was killed leaves its providers running, and
 * one of them would go on to restart workloads that nobody watches. Returns what stops the watch. `address`: `127.0.0.1:PORT`, as the
 * engine gives it to its providers; without one there is nothing to watch. `every`: in ms.
 */
export function endWithEngine(address: string | undefined, end: () => void, every = 1_000): () => void {
  const [, host, port] = /^(.+):(\d+)$/.exec(address ?? "") ?? [];
  if (host === undefined) return () => {};
  let refused = 0;
  const timer = setInterval(() => {
    const socket = createConnection({ host, port: Number(port) });
    socket.once("connect", () => {
      refused = 0;
      socket.destroy();
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "ECONNREFUSED") return;
      refused++;
      if (refused < mostRefused) return;
      clearInterval(timer);
      end();
    });
  }, every);
  // the watch alone keeps no process running
  timer.unref();
  return () => clearInterval(timer);
}
