import { existsSync } from "node:fs";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest, type RequestOptions } from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import type { PropertyMap } from "./propertyValue";

export class KubernetesError extends Error {
  override readonly name = "KubernetesError";

  constructor(
    message: string,
    readonly code: number,
  ) {
    super(message);
  }
}

export interface ApiRequest {
  method: "GET" | "PATCH" | "DELETE";
  path: string;
  query?: Record<string, string>;
  body?: PropertyMap;
}

/** Plain JSON over the API server's REST interface: what typed clients leave out must survive. */
export class KubernetesConnection {
  private options: Promise<{ server: URL; options: RequestOptions }> | undefined;

  constructor(private readonly config: PropertyMap) {}

  async send(request: ApiRequest): Promise<PropertyMap> {
    this.options ??= this.connect();
    const { server, options } = await this.options;
    const query = new URLSearchParams(request.query).toString();
    const url = new URL(
      `${server.pathname.replace(/\/$/, "")}${request.path}${query && `?${query}`}`,
      server,
    );
    const send = url.protocol === "http:" ? httpRequest : httpsRequest;
    const body = request.body && JSON.stringify(request.body);
    const type = request.method === "PATCH" ? "application/apply-patch+yaml" : "application/json";
    const headers = { ...options.headers, accept: "application/json", "content-type": type };
    const [code, text] = await new Promise<[number, string]>((resolve, reject) => {
      const call = send(url, { ...options, method: request.method, headers }, (response: IncomingMessage) => {
        let received = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          received += chunk;
        });
        response.on("error", reject);
        response.on("end", () => resolve([response.statusCode ?? 0, received]));
      });
      call.on("error", reject);
      call.end(body);
    });
    if (code >= 300) throw new KubernetesError(errorText(text, code), code);
    return JSON.parse(text) as PropertyMap;
  }

  async find(path: string): Promise<PropertyMap | undefined> {
    try {
      return await this.send({ method: "GET", path });
    } catch (error) {
      if (error instanceof KubernetesError && error.code === 404) return undefined;
      throw error;
    }
  }

  private async connect(): Promise<{ server: URL; options: RequestOptions }> {
    // Loaded when needed: it is a large module, and most runs have no kubernetes resources.
    const { KubeConfig: Loader } = await import("@kubernetes/client-node");
    const kubeConfig: KubeConfig = new Loader();
    const { kubeconfig, context } = this.config;
    if (typeof kubeconfig !== "string" || kubeconfig === "") kubeConfig.loadFromDefault();
    else if (existsSync(kubeconfig)) kubeConfig.loadFromFile(kubeconfig);
    else kubeConfig.loadFromString(kubeconfig);
    if (typeof context === "string" && context !== "") kubeConfig.setCurrentContext(context);
    const cluster = kubeConfig.getCurrentCluster();
    if (!cluster) throw new Error("no Kubernetes cluster is configured");
    const options: RequestOptions = {};
    await kubeConfig.applyToHTTPSOptions(options);
    return { server: new URL(cluster.server), options };
  }
}

function errorText(text: string, code: number): string {
  try {
    const { message } = JSON.parse(text) as { message?: string };
    return message ?? `HTTP ${code}`;
  } catch {
    return text.trim() || `HTTP ${code}`;
  }
}
