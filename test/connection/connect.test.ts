import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { connect } from "../../provider/cluster/connect";
import { jumping, startServer, writeKubeconfig } from "./testServer";

const version = { method: "GET", path: "/version" } as const;

describe("a connection", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "sidecar-connect-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const kubeconfig = (address: string, user?: object) => writeKubeconfig(folder, address, user);

  it("goes by the proxy of the environment, as kubectl does", async () => {
    const asked: string[] = [];
    const proxy = createServer().on("connect", ({ url }, socket) => {
      asked.push(String(url));
      socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const before = process.env.HTTPS_PROXY;
    process.env.HTTPS_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    try {
      const api = await connect({ kubeconfig: await kubeconfig("https://mesh.example:6443") }, jumping());
      await assert.rejects(api.request(version), /no answer from https:\/\/mesh\.example:6443/);
    } finally {
      if (before === undefined) delete process.env.HTTPS_PROXY;
      else process.env.HTTPS_PROXY = before;
      await new Promise((resolve) => proxy.close(resolve));
    }
    assert.deepEqual([...new Set(asked)], ["mesh.example:6443"]);
  });

  it("knows the namespace that its context names, or none", async () => {
    const context = (namespace?: string) => ({
      cluster: "one",
      user: "one",
      ...(namespace ? { namespace } : {}),
    });
    const text = JSON.stringify({
      "current-context": "shop",
      clusters: [{ name: "one", cluster: { server: "https://127.0.0.1:1" } }],
      users: [{ name: "one", user: {} }],
      contexts: [
        { name: "shop", context: context("shop") },
        { name: "cart", context: context("cart") },
        { name: "plain", context: context() },
      ],
    });
    const file = join(folder, "contexts");
    await writeFile(file, text, { mode: 0o600 });
    const namespaceOf = async (name?: string) =>
      (await connect({ kubeconfig: file, ...(name ? { context: name } : {}) })).contextNamespace;
    assert.deepEqual(await Promise.all([undefined, "cart", "plain"].map(namespaceOf)), [
      "shop",
      "cart",
      undefined,
    ]);
  });

  it("to a server that never answered is given up in seconds, with one sentence for all resources", async () => {
    const { address, stop } = await startServer();
    await stop();
    const time = jumping();
    const file = await kubeconfig(address);
    const api = await connect({ kubeconfig: file }, time);
    const message = `no answer from ${address} (connection refused). Is the cluster up? Context "one" of ${file}.`;
    await assert.rejects(api.request(version), { name: "UnreachableError", message });
    assert.ok(time.passed() > 2_000 && time.passed() <= 5_000, `${time.passed()} ms`);
    const waited = time.passed();
    await assert.rejects(api.request(version), { message });
    assert.equal(time.passed(), waited);
  });

  const strangers: readonly [string, number, Record<string, string>, string, RegExp][] = [
    [
      "a redirect to a login page",
      302,
      { location: "https://login.example/?next=1" },
      "",
      /redirected to https:\/\/login\.example/,
    ],
    [
      "a login page",
      200,
      { "content-type": "text/html; charset=utf-8" },
      "<html>Log in</html>",
      /a web page/,
    ],
    [
      "an ingress's page for what it doesn't know",
      404,
      { "content-type": "text/html" },
      "<html>",
      /a web page/,
    ],
    ["a page without a type", 403, {}, "\n<!DOCTYPE html><html>", /a web page/],
  ];
  for (const [answer, status, headers, text, reason] of strangers) {
    it(`to what answers with ${answer}, as no API server does, is given up in seconds`, async () => {
      const listening = createServer((_, response) => void response.writeHead(status, headers).end(text));
      await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
      const { port } = listening.address() as AddressInfo;
      try {
        const time = jumping();
        const api = await connect({ kubeconfig: await kubeconfig(`http://127.0.0.1:${port}`) }, time);
        await assert.rejects(api.request(version), (error: Error) => {
          assert.equal(error.name, "UnreachableError");
          assert.match(error.message, /^no answer from http:.*Is the cluster up\? Context "one"/);
          assert.match(error.message, reason);
          return true;
        });
        assert.ok(time.passed() <= 5_000, String(time.passed()));
      } finally {
        listening.closeAllConnections();
        listening.close();
      }
    });
  }

  it("that worked before is waited for", async () => {
    const { address, stop } = await startServer();
    const time = jumping();
    const api = await connect({ kubeconfig: await kubeconfig(address) }, time);
    await api.request(version);
    await stop();
    await assert.rejects(api.request(version), /ECONNREFUSED/);
    assert.ok(time.passed() > 50_000, `${time.passed()} ms`);
  });

  it("acts as whom the kubeconfig names, with their groups and all else", async (t) => {
    const { address, headers, stop } = await startServer();
    t.after(stop);
    const file = await kubeconfig(address, {
      token: "none",
      as: "ann",
      "as-uid": "7",
      "as-groups": ["dev", "ops"],
      "as-user-extra": { "example.com/reason": ["one", "two"] },
    });
    for (const given of [file, `${await readFile(file, "utf8")}\n`])
      await (await connect({ kubeconfig: given })).request(version);
    for (const seen of headers) {
      const named = Object.entries(seen).filter(([name]) => name.startsWith("impersonate-"));
      assert.deepEqual(Object.fromEntries(named), {
        "impersonate-user": ["ann"],
        "impersonate-uid": ["7"],
        "impersonate-group": ["dev", "ops"],
        "impersonate-extra-example.com%2freason": ["one", "two"],
      });
    }
    assert.equal(headers.length, 2);
  });

  it("names the contexts that there are", async () => {
    const file = await kubeconfig("http://127.0.0.1:1");
    await assert.rejects(connect({ kubeconfig: file, context: "nope" }), {
      message: 'no context "nope"; there are: one',
    });
  });

  describe("by several kubeconfigs in KUBECONFIG", () => {
    const given = process.env.KUBECONFIG;
    afterEach(() => {
      if (given === undefined) delete process.env.KUBECONFIG;
      else process.env.KUBECONFIG = given;
    });
    /** A file with the cluster, user and context of this name; `current`: its current context. */
    const file = async (name: string, server: string, current?: string): Promise<string> => {
      const path = join(folder, `kubeconfig-${name}-${current}`);
      const config = {
        ...(current === undefined ? {} : { "current-context": current }),
        clusters: [{ name, cluster: { server } }],
        users: [{ name, user: {} }],
        contexts: [{ name, context: { cluster: name, user: name } }],
      };
      await writeFile(path, JSON.stringify(config), { mode: 0o600 });
      return path;
    };
    const connected = async (files: readonly string[], context?: string) => {
      process.env.KUBECONFIG = files.join(delimiter);
      const api = await connect(context === undefined ? {} : { context });
      return `${api.context} ${api.server}`;
    };
    const missing = () => join(folder, "missing");

    it("goes to kubectl's cluster: that of the first file with a current context, and with the name", async () => {
      const [a, b] = [await file("a", "https://a", "a"), await file("b", "https://b", "b")];
      const none = await file("c", "https://c");
      const other = await file("a", "https://other", "b");
      assert.equal(await connected([a, b]), "a https://a");
      assert.equal(await connected([none, b, a]), "b https://b");
      assert.equal(await connected([a, other, a]), "a https://a");
      assert.equal(await connected([a, b], "b"), "b https://b");
    });

    it("leaves out files that don't exist, unless there is none", async () => {
      const a = await file("a", "https://a", "a");
      assert.equal(await connected([missing(), a]), "a https://a");
      assert.equal(await connected([a, missing()]), "a https://a");
      await assert.rejects(connected([missing()]), /the kubeconfig can't be read: ENOENT/);
    });
  });

  it("uses the latest token from a file next to the kubeconfig", async (t) => {
    const { address, seen, stop } = await startServer();
    t.after(stop);
    const token = join(folder, "token");
    await writeFile(token, "first\n");
    const time = jumping();
    const file = await kubeconfig(address, { token: "older", tokenFile: "token" });
    const api = await connect({ kubeconfig: file }, time);
    await api.request(version);
    await writeFile(token, "second\n");
    await time.sleep(61_000);
    await api.request(version);
    assert.deepEqual(seen, ["Bearer first", "Bearer second"]);
  });

  it("needs a kubeconfig with something in it", async () => {
    await assert.rejects(connect({ kubeconfig: "/dev/null" }), {
      message: "/dev/null: empty, not a kubeconfig",
    });
  });
});
