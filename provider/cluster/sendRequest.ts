import { type IncomingMessage, request as plainRequest } from "node:http";
import { type RequestOptions, request as tlsRequest } from "node:https";
import { UnreachableError } from "./KubernetesApi.js";

const requestTimeout = 60_000;
const connectTimeout = 5_000;

/** Readable names of the operating system's errors. */
const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  EHOSTUNREACH: "no route to host",
  ENETUNREACH: "network unreachable",
  ENOTFOUND: "no such host",
  EAI_AGAIN: "no such host",
  ETIMEDOUT: "connection timed out",
};

/** Sends a request, and reads its answer to the end. */
export function sendRequest(
  url: URL,
  options: RequestOptions,
  body: string | undefined,
): Promise<{ status: number; text: string; retryAfter?: number }> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) =>
      reject(
        new UnreachableError(
          `${options.method} ${url.origin}${url.pathname}: ${error.message}`,
          reasons[error.code ?? ""] ?? error.message,
        ),
      );
    const answered = (response: IncomingMessage) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", failed);
      response.on("end", () => {
        const retryAfter = secondsToWait(response.headers["retry-after"]);
        resolve({
          status: response.statusCode ?? 0,
          text: Buffer.concat(chunks).toString("utf8"),
          ...(retryAfter === undefined ? {} : { retryAfter }),
        });
      });
    };
    const request = (url.protocol === "http:" ? plainRequest : tlsRequest)(url, options, answered);
    request.setTimeout(requestTimeout, () =>
      request.destroy(new Error(`no answer in ${requestTimeout / 1000} s`)),
    );
    request.on("socket", (socket) => {
      if (!socket.connecting) return;
      const timer = setTimeout(() => request.destroy(new Error("connection timed out")), connectTimeout);
      for (const event of ["connect", "close"]) socket.once(event, () => clearTimeout(timer));
    });
    request.on("error", failed);
    request.end(body);
  });
}

/** Parses a Retry-After header. Dates are ignored: they come from a proxy, whose clock is not ours. */
function secondsToWait(header: string | undefined): number | undefined {
  return header !== undefined && /^[1-9]\d*$/.test(header) ? Number(header) : undefined;
}
