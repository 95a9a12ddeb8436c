import { existsSync } from "node:fs";
import { type IncomingMessage, request as plainRequest } from "node:http";
import { type RequestOptions, request as tlsRequest } from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import {
  type ApiCall,
  ApiError,
  type ClusterAccess,
  type KubernetesApi,
  UnreachableError,
} from "./KubernetesApi.js";
import { waitBeforeRetry } from "./waitBeforeRetry.js";

const requestTimeout = 60_000;
/** How long a server that is away, or asks to wait, is asked again. */
const patience = 60_000;
/** Tokens of exec plugins are short-lived; asking for one runs a program. */
const credentialsLifetime = 60_000;

/** An API server as kubectl would find it. Reads the kubeconfig now and connects at the first request. */
export async function connect(access: ClusterAccess): Promise<KubernetesApi> {
  const config = await kubeConfig(access).catch((error: Error) => {
    // below its first line a YAML error quotes the text, and a kubeconfig's has credentials
    throw new UnreachableError(`the kubeconfig can't be read: ${error.message.split("\n")[0]}`);
  });
  const cluster = config.getCurrentCluster();
  if (!cluster) {
    throw new UnreachableError(
      `no cluster: ${access.context ? `the kubeconfig has no context "${access.context}"` : "no kubeconfig with a current context was found"}; set KUBECONFIG, or give cluster: { context }`,
    );
  }
  return new HttpApi(cluster.server.replace(/\/$/, ""), config);
}

async function kubeConfig({ kubeconfig, context }: ClusterAccess): Promise<KubeConfig> {
  // loaded when needed: the module takes half a second, which previews without a cluster need not pay
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  if (kubeconfig === undefined) config.loadFromDefault();
  else if (kubeconfig.includes("\n") || !existsSync(kubeconfig)) config.loadFromString(kubeconfig);
  else config.loadFromFile(kubeconfig);
  if (context !== undefined) config.setCurrentContext(context);
  return config;
}

class HttpApi implements KubernetesApi {
  private credentials: { options: RequestOptions; until: number } | undefined;

  constructor(
    readonly server: string,
    private readonly config: KubeConfig,
  ) {}

  async request<Answer>(call: ApiCall): Promise<Answer> {
    // not by the wall clock, which may be set meanwhile
    const deadline = performance.now() + patience;
    for (let attempt = 0; ; attempt++) {
      try {
        return (await this.once(call)) as Answer;
      } catch (error) {
        const wait = waitBeforeRetry(error, call, attempt);
        if (wait === undefined || performance.now() + wait > deadline) throw error;
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  }

  private async once(call: ApiCall): Promise<unknown> {
    const url = new URL(this.server + call.path);
    for (const [key, value] of Object.entries(call.query ?? {}))
      if (value !== undefined) url.searchParams.set(key, String(value));
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    const options = await this.options();
    const headers = {
      ...options.headers,
      Accept: call.accept ?? "application/json",
      "User-Agent": "pulumi-istio-sidecar",
      ...(body === undefined
        ? {}
        : {
            "Content-Type": call.contentType ?? "application/json",
            "Content-Length": String(Buffer.byteLength(body)),
          }),
    };
    const { status, text, retryAfter } = await send(url, { ...options, method: call.method, headers }, body);
    const answer: unknown = text === "" ? undefined : parseJson(text);
    if (status < 300) {
      if (typeof answer !== "string") return answer;
      throw new UnreachableError(
        `${call.method} ${url.origin}${url.pathname}: the answer is no JSON, or was cut off: ${text.slice(0, 100)}`,
      );
    }
    if (status === 401) this.credentials = undefined;
    const { reason = "", message = text.slice(0, 500) } = (
      typeof answer === "object" && answer !== null ? answer : {}
    ) as Record<string, string>;
    throw new ApiError(status, reason, `${message}${budgets(answer)}`, call, retryAfter);
  }

  private async options(): Promise<RequestOptions> {
    if (!this.credentials || this.credentials.until < performance.now()) {
      const options: RequestOptions = {};
      await this.config.applyToHTTPSOptions(options);
      const agent = (this.credentials?.options.agent ?? options.agent) as
        | { keepAlive?: boolean; maxSockets?: number }
        | undefined;
      if (agent) Object.assign(agent, { keepAlive: true, maxSockets: 32 });
      this.credentials = {
        options: agent ? { ...options, agent: agent as NonNullable<RequestOptions["agent"]> } : options,
        until: performance.now() + credentialsLifetime,
      };
    }
    return this.credentials.options;
  }
}

function send(
  url: URL,
  options: RequestOptions,
  body: string | undefined,
): Promise<{ status: number; text: string; retryAfter?: number }> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error) =>
      reject(new UnreachableError(`${options.method} ${url.origin}${url.pathname}: ${error.message}`));
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
    request.on("error", failed);
    request.end(body);
  });
}

/** Of a Retry-After header; one with a date is a proxy's, whose clock is not ours. */
function secondsToWait(header: string | undefined): number | undefined {
  return header !== undefined && /^[1-9]\d*$/.test(header) ? Number(header) : undefined;
}

/** Which PodDisruptionBudget forbids an eviction, and how many pods it wants: the message itself does not say. */
function budgets(answer: unknown): string {
  const causes = (answer as { details?: { causes?: { reason?: string; message?: string }[] } } | undefined)
    ?.details?.causes;
  if (!Array.isArray(causes)) return "";
  const told = causes.filter(({ reason, message }) => reason === "DisruptionBudget" && message);
  return told.map(({ message }) => ` ${message}`).join("");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
