import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Time } from "../../provider/cluster/connect";

/** A clock that only `sleep` moves. */
export function jumping(): Time & { passed: () => number } {
  let now = 0;
  return {
    elapsed: () => now,
    sleep: async (milliseconds) => {
      now += milliseconds;
    },
    passed: () => now,
  };
}

/** Writes a kubeconfig with one user of one cluster into a folder. */
export async function writeKubeconfig(
  folder: string,
  server: string,
  user: object = { token: "none" },
  cluster: object = {},
): Promise<string> {
  const file = join(folder, "kubeconfig");
  const config = {
    "current-context": "one",
    clusters: [{ name: "one", cluster: { server, ...cluster } }],
    users: [{ name: "one", user }],
    contexts: [{ name: "one", context: { cluster: "one", user: "one" } }],
  };
  await writeFile(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}

/** A server that answers each request with a status, and keeps whose it was. */
export async function startServer(status: number | ((authorization: string) => number) = 200) {
  const seen: string[] = [];
  const headers: NodeJS.Dict<string[]>[] = [];
  const listening = createServer((request, response) => {
    const { authorization = "" } = request.headers;
    seen.push(authorization);
    headers.push(request.headersDistinct);
    const is = typeof status === "number" ? status : status(authorization);
    response.writeHead(is, { "content-type": "application/json" }).end("{}");
  });
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  const { port } = listening.address() as AddressInfo;
  const stop = async () => {
    listening.closeAllConnections();
    await new Promise((resolve) => listening.close(resolve));
  };
  return { address: `http://127.0.0.1:${port}`, seen, headers, stop };
}
