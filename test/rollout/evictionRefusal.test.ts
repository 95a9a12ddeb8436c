import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { connect } from "../../provider/cluster/connect";
import { type ApiCall, ApiError, type KubernetesApi } from "../../provider/cluster/KubernetesApi";

const refusal = {
  kind: "Status",
  status: "Failure",
  reason: "TooManyRequests",
  message: "Cannot evict pod as it would violate the pod's disruption budget.",
  details: {
    causes: [
      {
        reason: "DisruptionBudget",
        message: "The disruption budget db needs 2 healthy pods and has 2 currently",
      },
    ],
    retryAfterSeconds: 10,
  },
};

describe("a server that answers 429", () => {
  let server: Server;
  let api: KubernetesApi;
  let asked = 0;

  before(async () => {
    server = createServer((request, response) => {
      asked++;
      const isBusy = request.url?.includes("/eviction") || asked === 1;
      response.writeHead(isBusy ? 429 : 200, {
        "Content-Type": "application/json",
        ...(request.url?.includes("/eviction") ? { "Retry-After": "10" } : {}),
      });
      response.end(JSON.stringify(isBusy ? refusal : { done: true }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    api = await connect({
      kubeconfig: JSON.stringify({
        "current-context": "test",
        clusters: [
          { name: "test", cluster: { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true } },
        ],
        contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
        users: [{ name: "test", user: {} }],
      }),
    });
  });
  after(() => new Promise((resolve) => server.close(resolve)));

  it("to an eviction: returned at once, with the budget's words and the time to wait", async () => {
    asked = 0;
    const eviction: ApiCall = {
      method: "POST",
      path: "/api/v1/namespaces/shop/pods/db-0/eviction",
      body: {},
      final: [429],
    };
    const error: unknown = await api.request(eviction).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof ApiError);
    assert.deepEqual([error.status, error.retryAfterSeconds, asked], [429, 10, 1]);
    assert.equal(
      error.serverMessage,
      "Cannot evict pod as it would violate the pod's disruption budget. The disruption budget db needs 2 healthy pods and has 2 currently",
    );
  });

  it("to anything else: retried", async () => {
    asked = 0;
    assert.deepEqual(await api.request({ method: "GET", path: "/api/v1/pods" }), { done: true });
    assert.equal(asked, 2);
  });
});
