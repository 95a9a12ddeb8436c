import { Agent, request as httpsRequest } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";

export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  [field: string]: unknown;
}

export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

interface ApiResource {
  name: string;
  kind: string;
  namespaced: boolean;
}

/**
 * The few requests that bringing a cluster up needs. The real client takes a second to load, which is a second on every
 * start.
 */
export class KubeApi {
  readonly #agent: Agent;
  readonly #resources = new Map<string, Promise<ApiResource[]>>();

  constructor(
    private readonly server: string,
    ca: string,
    private readonly token: string,
  ) {
    this.#agent = new Agent({ ca, keepAlive: true, maxSockets: 16 });
  }

  close(): void {
    this.#agent.destroy();
  }

  async request<T>(
    method: string,
    path: string,
    body?: unknown,
    contentType = "application/json",
  ): Promise<T> {
    const { status, text } = await this.#send(method, path, body, contentType);
    if (status >= 300) throw new ApiError(`${method} ${path}: ${status} ${messageOf(text)}`, status);
    // Health checks answer with plain text.
    return (text.startsWith("{") ? JSON.parse(text) : text) as T;
  }

  async apply(object: KubeObject): Promise<void> {
    const { name, namespace } = object.metadata;
    const [group, version] = splitApiVersion(object.apiVersion);
    const root = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
    const resource = await this.#resource(root, object.kind);
    const path = `${resource.namespaced ? `/namespaces/${namespace ?? "default"}` : ""}/${resource.name}/${name}`;
    const query = "fieldManager=test-cluster&force=true";
    await this.request("PATCH", `${root}${path}?${query}`, object, "application/apply-patch+yaml");
  }

  async #resource(root: string, kind: string): Promise<ApiResource> {
    let known = this.#resources.get(root);
    if (known === undefined) {
      known = this.request<{ resources: ApiResource[] }>("GET", root).then((list) => list.resources);
      this.#resources.set(root, known);
    }
    const resource = (await known).find((one) => one.kind === kind && !one.name.includes("/"));
    if (resource === undefined) throw new Error(`the API server knows no ${kind} in ${root}`);
    return resource;
  }

  #send(
    method: string,
    path: string,
    body: unknown,
    contentType: string,
  ): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const headers: Record<string, string> = {
        authorization: `Bearer ${this.token}`,
        accept: "application/json",
      };
      if (body !== undefined) headers["content-type"] = contentType;
      const call = httpsRequest(
        `${this.server}${path}`,
        { method, headers, agent: this.#agent, timeout: 30_000 },
        (response) => {
          let text = "";
          response.setEncoding("utf8");
          response.on("data", (chunk: string) => {
            text += chunk;
          });
          response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
          response.on("error", reject);
        },
      );
      call.on("error", reject);
      call.on("timeout", () => call.destroy(new Error(`${method} ${path}: no answer in 30 s`)));
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

/** Asks again and again until `check` gives something; what it throws meanwhile is only told when time is up. */
export async function eventually<T>(
  what: string,
  seconds: number,
  check: () => Promise<T | undefined>,
  giveUp: () => void = () => {},
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  let last: unknown;
  for (;;) {
    giveUp();
    try {
      const answer = await check();
      if (answer !== undefined) return answer;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) {
      const why = last instanceof Error ? `: ${last.message}` : "";
      throw new Error(`${what}: not after ${seconds} s${why}`);
    }
    await sleep(100);
  }
}

function splitApiVersion(apiVersion: string): [group: string, version: string] {
  const [first = "", second] = apiVersion.split("/");
  return second === undefined ? ["", first] : [first, second];
}

function messageOf(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? text;
  } catch {
    return text;
  }
}
