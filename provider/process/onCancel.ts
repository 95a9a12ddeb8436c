import { Server } from "node:net";

const cancelPath = "/pulumirpc.ResourceProvider/Cancel";

/**
 * Calls back once Pulumi asks its providers to come to an end, as after Ctrl-C. Pulumi's host of dynamic providers answers that request
 * and tells nobody, so it is seen on its way in, by a listener on the host's own server. Where there is no such server, nothing is called.
 */
export function onCancel(callback: () => void, servers: readonly unknown[] = activeHandles()): void {
  for (const server of servers) {
    if (!(server instanceof Server)) continue;
    // an HTTP/2 server has streams; others never emit this
    server.on("stream", (_stream: unknown, headers: Readonly<Record<string, unknown>>) => {
      if (headers[":path"] === cancelPath) callback();
    });
  }
}

/** What keeps this process running; not in Node's types, and gone without harm should Node ever drop it. */
function activeHandles(): readonly unknown[] {
  const { _getActiveHandles: handles } = process as { _getActiveHandles?: () => unknown[] };
  return handles?.call(process) ?? [];
}
