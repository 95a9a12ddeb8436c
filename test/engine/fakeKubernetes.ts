import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { PropertyMap } from "./propertyValue";

const KINDS: Record<string, { kind: string; name: string; namespaced: boolean }[]> = {
  "/api/v1": [
    { kind: "Namespace", name: "namespaces", namespaced: false },
    { kind: "ConfigMap", name: "configmaps", namespaced: true },
  ],
  "/apis/apps/v1": [{ kind: "Deployment", name: "deployments", namespaced: true }],
};

/** As much of an API server as the provider needs: discovery, and objects that are applied, read and deleted. */
export class FakeKubernetes {
  readonly objects = new Map<string, PropertyMap>();
  readonly requests: string[] = [];
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => (body += chunk));
      request.on("end", () => {
        const [code, answer] = this.answer(request.method ?? "", request.url ?? "", body);
        response.writeHead(code, { "content-type": "application/json" });
        response.end(JSON.stringify(answer));
      });
    });
  }

  static async start(): Promise<FakeKubernetes> {
    const fake = new FakeKubernetes();
    await new Promise<void>((resolve) => fake.server.listen(0, "127.0.0.1", resolve));
    return fake;
  }

  get kubeconfig(): string {
    const { port } = this.server.address() as AddressInfo;
    return JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "fake",
      contexts: [{ name: "fake", context: { cluster: "fake", user: "fake" } }],
      clusters: [
        { name: "fake", cluster: { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true } },
      ],
      users: [{ name: "fake", user: {} }],
    });
  }

  close(): void {
    this.server.close();
  }

  private answer(method: string, url: string, body: string): [number, unknown] {
    const { pathname, searchParams } = new URL(url, "http://fake");
    const resources = KINDS[pathname];
    if (resources) return [200, { resources }];
    if (method !== "GET") this.requests.push(`${method} ${pathname} ${searchParams}`.trim());
    const live = this.objects.get(pathname);
    if (method === "PATCH") return [200, this.apply(pathname, JSON.parse(body), live)];
    if (!live) return [404, { message: `${pathname} not found` }];
    if (method === "DELETE") this.objects.delete(pathname);
    return [200, live];
  }

  private apply(path: string, body: PropertyMap, live: PropertyMap | undefined): PropertyMap {
    const { metadata, ...rest } = body as { metadata: PropertyMap };
    const namespace = /\/namespaces\/([^/]+)\/./.exec(path)?.[1];
    const known = (live?.metadata ?? { uid: path, generation: 0 }) as { generation: number };
    const object: PropertyMap = {
      ...live,
      ...rest,
      metadata: { ...known, ...metadata, ...(namespace && { namespace }), generation: known.generation + 1 },
    };
    this.objects.set(path, object);
    return object;
  }
}
