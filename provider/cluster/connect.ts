import { recordOf } from "../data/isRecord.js";
import { Credentials } from "./Credentials.js";
import { NoCredentials } from "./execPlugin.js";
import {
  type ApiCall,
  ApiError,
  type ClusterAccess,
  type KubernetesApi,
  UnreachableError,
} from "./KubernetesApi.js";
import type { KubeConfig } from "./kubeConfig.js";
import { sendRequest } from "./sendRequest.js";
import { waitBeforeRetry, webhookAway } from "./waitBeforeRetry.js";

/** How long requests are retried once the server has answered before: something may be half done. */
const patience = 60_000;
/** How long they are retried if it never has: nothing was begun. */
const firstPatience = 5_000;
/** How long requests to a server that never answered fail at once, so that a program with many resources waits only once. */
const rememberedFor = 60_000;
/** How long a webhook may be away. It may be restarting; one that is gone keeps a program with many pods to ask about only once. */
const webhookPatience = 5_000;
/** How long it has to be quiet until another failure is a new outage. */
const outageEnds = 60_000;

/** A monotonic clock, in ms. */
export interface Time {
  elapsed: () => number;
  sleep: (milliseconds: number) => Promise<void>;
}

const realTime: Time = {
  elapsed: () => performance.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

/** Finds the API server as kubectl does. Reads the kubeconfig now, and connects at the first request. */
export async function connect(access: ClusterAccess, time: Time = realTime): Promise<KubernetesApi> {
  // loaded lazily, since previews without a cluster don't need it
  const { readKubeconfig } = await import("./readKubeconfig.js");
  const { config, server, source } = readKubeconfig(access);
  const context = config.getCurrentContext();
  return new HttpApi(server, context, config, `Context "${context}" of ${source}.`, time);
}

class HttpApi implements KubernetesApi {
  readonly contextNamespace?: string;
  private readonly credentials: Credentials;
  private answered = false;
  private away: { error: UnreachableError; until: number } | undefined;
  private readonly outages = new Map<string, { since: number; last: number }>();

  constructor(
    readonly server: string,
    readonly context: string,
    config: KubeConfig,
    /** `Context "x" of FILE.` */
    private readonly source: string,
    private readonly time: Time,
  ) {
    this.credentials = new Credentials(config, time.elapsed);
    const namespace = config.getContextObject(context)?.namespace;
    if (namespace) this.contextNamespace = namespace;
  }

  async request<Answer>(call: ApiCall): Promise<Answer> {
    const { elapsed, sleep } = this.time;
    if (this.away && this.away.until > elapsed()) throw this.away.error;
    // not by the wall clock, which may be set in between
    const start = elapsed();
    let refreshed = false;
    for (let attempt = 0; ; attempt++) {
      try {
        return (await this.once(call)) as Answer;
      } catch (error) {
        const wait = waitBeforeRetry(error, call, attempt, refreshed);
        if (error instanceof ApiError && error.status === 401) refreshed = true;
        const most = this.answered ? patience : error instanceof NoCredentials ? 0 : firstPatience;
        if (wait !== undefined && elapsed() + wait <= Math.min(start + most, this.waitsUntil(error))) {
          await sleep(wait);
          continue;
        }
        throw error instanceof UnreachableError && !this.answered ? this.neverAnswered(error) : error;
      }
    }
  }

  /** Until when to wait for a webhook that is away; for any other error, without an end. */
  private waitsUntil(error: unknown): number {
    const webhook = webhookAway(error);
    if (webhook === undefined) return Number.POSITIVE_INFINITY;
    const now = this.time.elapsed();
    const known = this.outages.get(webhook);
    const since = known && now - known.last < outageEnds ? known.since : now;
    this.outages.set(webhook, { since, last: now });
    return since + webhookPatience;
  }

  private neverAnswered(error: UnreachableError): UnreachableError {
    const why =
      error instanceof NoCredentials
        ? error.message
        : `no answer from ${this.server} (${error.reason ?? error.message}). Is the cluster up?`;
    const away = new UnreachableError(`${why} ${this.source}`);
    this.away = { error: away, until: this.time.elapsed() + rememberedFor };
    return away;
  }

  private async once(call: ApiCall): Promise<unknown> {
    const url = new URL(this.server + call.path);
    for (const [key, value] of Object.entries(call.query ?? {}))
      if (value !== undefined) url.searchParams.set(key, String(value));
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    const options = await this.credentials.options();
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
    const { status, text, retryAfter, stranger } = await sendRequest(
      url,
      { ...options, method: call.method, headers },
      body,
    );
    if (status === 401) this.credentials.forget(options);
    if (stranger)
      throw new UnreachableError(`${call.method} ${url.origin}${url.pathname}: ${stranger}`, stranger);
    this.answered = true;
    const answer: unknown = text === "" ? undefined : parseJson(text);
    if (status < 300) {
      if (typeof answer !== "string") return answer;
      throw new UnreachableError(
        `${call.method} ${url.origin}${url.pathname}: the answer is not JSON, or was cut off: ${text.slice(0, 100)}`,
      );
    }
    const { reason = "", message = text.slice(0, 500) } = recordOf(answer) as Record<string, string>;
    throw new ApiError(status, reason, `${message}${budgets(answer)}`, call, retryAfter);
  }
}

/** The PodDisruptionBudget that forbids an eviction, and how many pods it needs, which the message itself leaves out. */
function budgets(answer: unknown): string {
  const causes = (answer as { details?: { causes?: { reason?: string; message?: string }[] } } | undefined)
    ?.details?.causes;
  if (!Array.isArray(causes)) return "";
  const blocking = causes.filter(({ reason, message }) => reason === "DisruptionBudget" && message);
  return blocking.map(({ message }) => ` ${message}`).join("");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
