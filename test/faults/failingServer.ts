import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "../../provider/cluster/connect";
import type { KubernetesApi } from "../../provider/cluster/KubernetesApi";

/** What a server does with one request. */
export type Behaviour = (response: ServerResponse, request: IncomingMessage) => void;

/** A server on loopback that behaves so at its first request, so at its second, and as at the last from then on. */
export async function withFailingServer<Result>(
  behaviours: readonly Behaviour[],
  work: (api: KubernetesApi, requests: string[]) => Promise<Result>,
): Promise<Result> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    request.resume().once("end", () => {
      const behaviour = behaviours[Math.min(requests.length, behaviours.length) - 1];
      behaviour?.(response, request);
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  const folder = await mkdtemp(join(tmpdir(), "sidecar-failing-"));
  const kubeconfig = join(folder, "kubeconfig");
  const cluster = { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true };
  const config = {
    "current-context": "one",
    clusters: [{ name: "one", cluster }],
    users: [{ name: "one", user: { token: "none" } }],
    contexts: [{ name: "one", context: { cluster: "one", user: "one" } }],
  };
  await writeFile(kubeconfig, JSON.stringify(config), { mode: 0o600 });
  try {
    return await work(await connect({ kubeconfig }), requests);
  } finally {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** An answer with this object. */
export function answer(status: number, body: object, headers: Record<string, string> = {}): Behaviour {
  return (response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
  };
}

/** A failure in Kubernetes' own form. */
export function failure(
  status: number,
  reason: string,
  message: string,
  headers: Record<string, string> = {},
): Behaviour {
  return answer(status, { kind: "Status", status: "Failure", reason, message, code: status }, headers);
}
