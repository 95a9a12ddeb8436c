import { type IncomingHttpHeaders, type IncomingMessage, request as plainRequest } from "node:http";
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

interface Response {
  status: number;
  text: string;
  /** In seconds. */
  retryAfter?: number;
  /** What answered in place of an API server. */
  stranger?: string;
}

/** Sends a request, and reads its answer to the end. */
export function sendRequest(url: URL, options: RequestOptions, body: string | undefined): Promise<Response> {
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
        const { statusCode: status = 0, headers } = response;
        const text = Buffer.concat(chunks).toString("utf8");
        const retryAfter = secondsToWait(headers["retry-after"]);
        const stranger = strangerThat(status, headers, text, url);
        resolve({
          status,
          text,
          ...(retryAfter === undefined ? {} : { retryAfter }),
          ...(stranger === undefined ? {} : { stranger }),
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

/**
 * A proxy, an ingress or a login page before the API server. Its statuses mean nothing here: a page that says 404 must not pass for an
 * object that doesn't exist.
 */
function strangerThat(
  status: number,
  headers: IncomingHttpHeaders,
  text: string,
  url: URL,
): string | undefined {
  if (status >= 300 && status < 400) {
    // without the query, which may have a token
    const to = URL.canParse(headers.location ?? "", url.href)
      ? new URL(headers.location ?? "", url)
      : undefined;
    const place = to ? ` to ${to.origin}${to.pathname}` : "";
    return `redirected${place} with status ${status}, as by a proxy that wants a login`;
  }
  if (!headers["content-type"]?.startsWith("text/html") && !/^\s*<(!doctype )?html/i.test(text))
    return undefined;
  return `a web page with status ${status} instead of JSON, as from a proxy or a login page`;
}
