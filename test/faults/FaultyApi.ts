import { writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Agent, request } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { join } from "node:path";
import { stringify } from "yaml";
import type { ApiFault } from "./FaultScript";
import type { ServerAccess } from "./serverAccess";

/** A write that a client sent, as the server answered it, whatever the client was told. */
export interface Write {
  client: string;
  method: string;
  path: string;
  /** Of the object after it; undefined where the server refused. */
  resourceVersion: string | undefined;
  /** The server's answer. */
  answer: { status: number; body: Buffer };
}

interface Call {
  client: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer;
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

const retriesAfter = 1;

/** Stands before an API server on loopback, and lets a share of the requests fail in the ways that API servers and networks fail. */
export class FaultyApi {
  /** How often each fault was met. */
  readonly met = new Map<ApiFault, number>();
  readonly writes: Omit<Write, "answer">[] = [];
  /** The share of requests that meet a fault, and which. */
  mix: { share: number; faults: readonly ApiFault[] } = { share: 0, faults: [] };
  /** Told of each write after the server took it and before its client hears of it. */
  onWrite: (write: Write) => void = () => {};

  private readonly agent: Agent;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly target: ServerAccess,
    private readonly random: () => number,
  ) {
    this.agent = new Agent({ ca: target.ca, keepAlive: true, maxSockets: 64 });
    this.server = createServer((incoming, outgoing) => {
      this.handle(incoming, outgoing).catch(() => incoming.socket.destroy());
    });
    this.server.on("connection", (socket) => {
      this.sockets.add(socket);
      socket.once("close", () => this.sockets.delete(socket));
    });
  }

  static async start(target: ServerAccess, random: () => number): Promise<FaultyApi> {
    const api = new FaultyApi(target, random);
    await new Promise<void>((listening) => api.server.listen(0, "127.0.0.1", listening));
    return api;
  }

  stop(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    this.agent.destroy();
  }

  /** A kubeconfig in this folder whose requests come through here, under this name. */
  async kubeconfigFor(client: string, folder: string): Promise<string> {
    const { port } = this.server.address() as AddressInfo;
    const name = "faulty";
    const path = join(folder, `kubeconfig-${client}`);
    const config = {
      apiVersion: "v1",
      kind: "Config",
      "current-context": name,
      // the JavaScript client takes http only with this
      clusters: [
        {
          name,
          cluster: { server: `http://127.0.0.1:${port}/client/${client}`, "insecure-skip-tls-verify": true },
        },
      ],
      users: [{ name, user: { token: this.target.token } }],
      contexts: [{ name, context: { cluster: name, user: name } }],
    };
    await writeFile(path, stringify(config), { mode: 0o600 });
    return path;
  }

  private async handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const [, client = "", path = "/"] = /^\/client\/([^/]+)(\/.*)$/.exec(incoming.url ?? "") ?? [];
    const headers = Object.fromEntries(
      Object.entries(incoming.headers).flatMap(([key, value]) =>
        typeof value === "string" && key !== "host" && key !== "connection" ? [[key, value]] : [],
      ),
    );
    const call = { client, method: incoming.method ?? "GET", path, headers, body: Buffer.concat(chunks) };
    await this.answer(call, outgoing, this.nextFault(call));
  }

  private async answer(call: Call, outgoing: ServerResponse, fault: ApiFault | undefined): Promise<void> {
    const say = ({ status, headers, body }: Answer) => outgoing.writeHead(status, headers).end(body);
    switch (fault) {
      case "too many requests":
        return void say(failure(429, "TooManyRequests", "too many requests, please try again later", true));
      case "unavailable":
        return void say(
          failure(503, "ServiceUnavailable", "apiserver is shutting down", this.random() < 0.5),
        );
      case "bad gateway":
        return void say({
          status: 502,
          headers: { "content-type": "text/html" },
          body: Buffer.from("<html><h1>502 Bad Gateway</h1></html>"),
        });
      case "timeout":
        // the server may well have done it
        if (this.random() < 0.5) await this.forward(call);
        return void say(
          failure(504, "Timeout", "the server was unable to return a response in the time allotted"),
        );
      case "internal error":
        if (this.random() < 0.5) await this.forward(call);
        return void say(failure(500, "InternalError", "etcdserver: leader changed"));
      case "conflict":
        return void say(failure(409, "Conflict", "the object has been modified; please apply your changes"));
      case "expired list":
        return void say(failure(410, "Expired", "The provided continue parameter is too old"));
      case "broken before":
        return void outgoing.socket?.destroy();
      case "answer lost":
        await this.forward(call);
        return void outgoing.socket?.destroy();
      case "broken half-way": {
        const { status, headers, body } = await this.forward(call);
        outgoing.writeHead(status, { ...headers, "content-length": String(body.length) });
        outgoing.write(body.subarray(0, body.length >> 1), () => outgoing.socket?.destroy());
        return;
      }
      case "slow":
        await new Promise((resolve) => setTimeout(resolve, 200 + this.random() * 1_300));
    }
    say(await this.forward(call));
  }

  private nextFault(call: Call): ApiFault | undefined {
    const { share, faults } = this.mix;
    if (this.random() >= share) return undefined;
    const possible = faults.filter((fault) => isPossible(fault, call));
    const fault = possible[Math.floor(this.random() * possible.length)];
    if (fault) this.met.set(fault, (this.met.get(fault) ?? 0) + 1);
    return fault;
  }

  private async forward(call: Call): Promise<Answer> {
    const answer = await this.send(call);
    if (call.method === "GET" || call.path.includes("dryRun=")) return answer;
    const resourceVersion = answer.status < 300 ? versionOf(answer.body) : undefined;
    const { client, method } = call;
    const write = { client, method, path: pathname(call.path), resourceVersion, answer };
    this.writes.push({ client, method, path: write.path, resourceVersion });
    this.onWrite(write);
    return answer;
  }

  private send({ method, path, headers, body }: Call): Promise<Answer> {
    return new Promise((resolve, reject) => {
      // small pages, so that lists have continuations that can expire
      const url = `${this.target.server}${path.replace("limit=500", "limit=3")}`;
      const sent = request(url, { method, headers, agent: this.agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: kept(response.headers),
            body: Buffer.concat(chunks),
          }),
        );
      });
      sent.on("error", reject);
      sent.end(body);
    });
  }
}

function isPossible(fault: ApiFault, { method, path }: Call): boolean {
  if (fault === "expired list") return method === "GET" && path.includes("continue=");
  // the server says it of an object that somebody else changed: only who sends a resourceVersion is told
  if (fault === "conflict") return method === "PUT";
  return true;
}

function failure(status: number, reason: string, message: string, isToWait = false): Answer {
  const body = { kind: "Status", apiVersion: "v1", status: "Failure", message, reason, code: status };
  return {
    status,
    headers: {
      "content-type": "application/json",
      ...(isToWait ? { "retry-after": String(retriesAfter) } : {}),
    },
    body: Buffer.from(JSON.stringify(body)),
  };
}

function kept(headers: IncomingMessage["headers"]): Record<string, string> {
  return Object.fromEntries(
    ["content-type", "retry-after"].flatMap((name) => {
      const value = headers[name];
      return typeof value === "string" ? [[name, value]] : [];
    }),
  );
}

function versionOf(body: Buffer): string | undefined {
  return (JSON.parse(body.toString("utf8")) as { metadata?: { resourceVersion?: string } }).metadata
    ?.resourceVersion;
}

function pathname(path: string): string {
  return path.split("?")[0] ?? path;
}
