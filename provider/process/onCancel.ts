import { Server } from "node:net";

const cancelPath = "/pulumirpc.ResourceProvider/Cancel";

/**
 * Calls back when Pulumi asks its providers to cancel, as after Ctrl-C. Pulumi's host of dynamic providers answers that request without
 * passing it on, so a listener on the host's own server catches it. Without such a server nothing happens.
 */
export function onCancel(callback: () => void, servers: readonly unknown[] = activeHandles()): void {
  for (const server of servers) {
    if (!(server instanceof Server)) continue;
    // only HTTP/2 servers emit this
    server.on("stream", (_stream: unknown, headers: Readonly<Record<string, unknown>>) => {
      if (headers[":path"] === cancelPath) callback();
    });
  }
}

/** The handles that keep this process running. Not in Node's types; harmless if Node ever drops it. */
function activeHandles(): readonly unknown[] {
  const { _getActiveHandles: handles } = process as { _getActiveHandles?: () => unknown[] };
  return handles?.call(process) ?? [];
}
