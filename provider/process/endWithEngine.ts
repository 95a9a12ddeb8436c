import { createConnection } from "node:net";

/** In a row: a single refused connection may be due to a full backlog. */
const mostRefused = 2;

/**
 * Calls `end` once nothing listens at the engine's address any more: a killed CLI leaves its providers running, and one of them would keep
 * restarting workloads unattended. Returns a function that stops watching. `address`: `127.0.0.1:PORT`, as the engine passes it to its
 * providers; without one there is nothing to watch. `every`: in ms.
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
  // this timer alone doesn't keep the process running
  timer.unref();
  return () => clearInterval(timer);
}
