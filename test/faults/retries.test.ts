import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ApiError, listAll } from "../../provider/cluster/KubernetesApi";
import { answer, type Behaviour, failure, withFailingServer } from "./failingServer";

const fine = answer(200, { kind: "ConfigMap", metadata: { name: "found" } });
const get = { method: "GET", path: "/api/v1/namespaces/a/configmaps/found" } as const;
const put = { ...get, method: "PUT", body: { metadata: { resourceVersion: "7" } } } as const;
const dryRun = {
  method: "POST",
  path: "/api/v1/namespaces/a/pods",
  query: { dryRun: "All" },
  body: {},
} as const;

const away = (webhook: string) =>
  failure(500, "InternalError", `Internal error occurred: failed calling webhook "${webhook}": refused`);

const cutOff: Behaviour = (response) => {
  response.writeHead(200, { "content-type": "application/json", "content-length": "100" });
  response.write('{"kind":', () => response.socket?.destroy());
};
const cutOffUnnoticed: Behaviour = (response) => {
  // without a length the end of the connection is the end of the answer
  response.socket?.end('HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n{"kind":');
};

describe("a request that meets a server in trouble", () => {
  const again: [string, object, Behaviour][] = [
    ["a connection that is refused half-way through the answer", get, cutOff],
    ["an answer that is cut off and says no length", get, cutOffUnnoticed],
    ["a connection that breaks before the answer", put, (response) => void response.socket?.destroy()],
    ["a proxy's 502 with a page for people", get, (response) => void response.writeHead(502).end("<html>")],
    ["503 while a server starts", put, failure(503, "ServiceUnavailable", "apiserver is shutting down")],
    ["504 for a write that may have been done", put, failure(504, "Timeout", "request did not complete")],
    ["429 without a time to wait", dryRun, failure(429, "TooManyRequests", "too many requests")],
    ["500 of etcd, for a write", put, failure(500, "InternalError", "etcdserver: leader changed")],
    ["500 for a read", get, failure(500, "InternalError", "conversion webhook failed")],
    ["500 with a time to wait", dryRun, failure(500, "ServerTimeout", "try again", { "retry-after": "1" })],
    ["500 of a webhook that does not answer", dryRun, away("x")],
    [
      "403 of a server whose admission plugins are not ready",
      dryRun,
      failure(403, "Forbidden", 'pods "a" is forbidden: not yet ready to handle request'),
    ],
  ];
  for (const [what, call, trouble] of again) {
    test(`${what}: sent again`, async () => {
      await withFailingServer([trouble, fine], async (api, requests) => {
        const found = await api.request<{ metadata: { name: string } }>(call as typeof get);
        assert.equal(found.metadata.name, "found");
        assert.equal(requests.length, 2);
      });
    });
  }

  test("Retry-After is waited for, also on 503", async () => {
    for (const status of [429, 503]) {
      const busy = failure(status, "Busy", "later", { "retry-after": "2" });
      await withFailingServer([busy, fine], async (api) => {
        const begun = performance.now();
        await api.request(get);
        const waited = performance.now() - begun;
        assert.ok(waited >= 1_990 && waited < 4_000, `${status}: ${waited} ms`);
      });
    }
  });

  test("a Retry-After beyond the deadline is the error, at once", async () => {
    const busy = failure(429, "TooManyRequests", "come back tomorrow", { "retry-after": "86400" });
    await withFailingServer([busy], async (api, requests) => {
      await assert.rejects(api.request(get), /429 TooManyRequests: come back tomorrow/);
      assert.equal(requests.length, 1);
    });
  });

  const final: [string, object, Behaviour][] = [
    ["409: what was read is out of date", put, failure(409, "Conflict", "the object has been modified")],
    ["404", get, failure(404, "NotFound", "not found")],
    ["403: no right", get, failure(403, "Forbidden", 'User "ann" cannot get resource "configmaps"')],
    [
      "503 that a webhook denies with",
      dryRun,
      failure(503, "Unknown", 'admission webhook "x" denied the request: closed on Sundays'),
    ],
    ["500 for a write", put, failure(500, "InternalError", "something else")],
  ];
  for (const [what, call, trouble] of final) {
    test(`${what}: the answer stands`, async () => {
      await withFailingServer([trouble, fine], async (api, requests) => {
        await assert.rejects(api.request(call as typeof get), ApiError);
        assert.equal(requests.length, 1);
      });
    });
  }

  test("a webhook that stays away is waited for once, however many pods are asked about", async () => {
    await withFailingServer([away("x")], async (api, requests) => {
      const begun = performance.now();
      const ask = () => assert.rejects(api.request(dryRun), /webhook "x": refused/);
      for (let pods = 0; pods < 5; pods++) await ask();
      const waited = performance.now() - begun;
      assert.ok(waited > 2_500 && waited < 6_000, `${waited} ms`);
      const before = requests.length;
      await ask();
      assert.equal(requests.length, before + 1);
    });
    await withFailingServer([away("x"), away("x"), fine], async (api) => {
      await api.request(dryRun);
    });
  });

  test("401 is met with new credentials once, at whatever attempt it comes", async () => {
    const broken: Behaviour = (response) => void response.socket?.destroy();
    const expired = failure(401, "Unauthorized", "token expired");
    await withFailingServer([broken, expired, fine], async (api, requests) => {
      await api.request(get);
      assert.equal(requests.length, 3);
    });
    await withFailingServer([broken, expired, expired, fine], async (api, requests) => {
      await assert.rejects(api.request(get), /401 Unauthorized/);
      assert.equal(requests.length, 3);
    });
  });

  test("a read that keeps failing with 500 ends in seconds", async () => {
    await withFailingServer([failure(500, "InternalError", "broken")], async (api, requests) => {
      await assert.rejects(api.request(get), /500 InternalError: broken/);
      assert.equal(requests.length, 6);
    });
  });

  test("a wall clock that jumps ahead ends no wait", async (context) => {
    let hours = 0;
    context.mock.method(Date, "now", () => ++hours * 3_600_000);
    await withFailingServer([failure(503, "ServiceUnavailable", "later"), fine], async (api) => {
      await api.request(get);
    });
  });
});

describe("a list in pages", () => {
  const page = (names: readonly string[], next?: string) =>
    answer(200, { items: names.map((name) => ({ metadata: { name } })), metadata: { continue: next } });
  const names = async (behaviours: readonly Behaviour[]) =>
    withFailingServer(behaviours, async (api, requests) => {
      const items = await listAll<{ metadata: { name: string } }>(api, "/api/v1/pods");
      return { names: items.map(({ metadata }) => metadata.name), requests };
    });
  const expired = failure(410, "Expired", "The provided continue parameter is too old");

  test("that expires half-way is read again as one page, each item once", async () => {
    const { names: found, requests } = await names([page(["a"], "next"), expired, page(["a", "b"])]);
    assert.deepEqual(found, ["a", "b"]);
    assert.deepEqual(requests, [
      "GET /api/v1/pods?limit=500",
      "GET /api/v1/pods?limit=500&continue=next",
      "GET /api/v1/pods",
    ]);
  });

  test("whose first page fails is an error", async () => {
    await assert.rejects(names([expired]), ApiError);
  });

  test("retries a page that fails at first, and continues", async () => {
    const busy = failure(503, "ServiceUnavailable", "later");
    const { names: found } = await names([page(["a"], "next"), busy, page(["b"])]);
    assert.deepEqual(found, ["a", "b"]);
  });
});
