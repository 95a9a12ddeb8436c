import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { connect, type Time } from "../../provider/cluster/connect";
import { runExecPlugin } from "../../provider/cluster/execPlugin";

const version = { method: "GET", path: "/version" } as const;

/** A clock that only `sleep` moves. */
function jumping(): Time & { passed: () => number } {
  let now = 0;
  return {
    elapsed: () => now,
    sleep: async (milliseconds) => {
      now += milliseconds;
    },
    passed: () => now,
  };
}

describe("a connection", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "sidecar-connect-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const kubeconfig = async (
    server: string,
    user: object = { token: "none" },
    cluster: object = {},
  ): Promise<string> => {
    const file = join(folder, "kubeconfig");
    const config = {
      "current-context": "one",
      clusters: [{ name: "one", cluster: { server, ...cluster } }],
      users: [{ name: "one", user }],
      contexts: [{ name: "one", context: { cluster: "one", user: "one" } }],
    };
    await writeFile(file, JSON.stringify(config), { mode: 0o600 });
    return file;
  };
  const server = async (status: number | ((authorization: string) => number) = 200) => {
    const seen: string[] = [];
    const headers: NodeJS.Dict<string[]>[] = [];
    const listening = createServer((request, response) => {
      const { authorization = "" } = request.headers;
      seen.push(authorization);
      headers.push(request.headersDistinct);
      const is = typeof status === "number" ? status : status(authorization);
      response.writeHead(is, { "content-type": "application/json" }).end("{}");
    });
    await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
    const { port } = listening.address() as AddressInfo;
    const stop = async () => {
      listening.closeAllConnections();
      await new Promise((resolve) => listening.close(resolve));
    };
    return { address: `http://127.0.0.1:${port}`, seen, headers, stop };
  };

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
    const { address, stop } = await server();
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
    const { address, stop } = await server();
    const time = jumping();
    const api = await connect({ kubeconfig: await kubeconfig(address) }, time);
    await api.request(version);
    await stop();
    await assert.rejects(api.request(version), /ECONNREFUSED/);
    assert.ok(time.passed() > 50_000, `${time.passed()} ms`);
  });

  it("runs an exec plugin once for all requests under way", async () => {
    const { address, seen, stop } = await server();
    const runs = join(folder, "runs");
    const plugin = join(folder, "plugin");
    const credential = JSON.stringify({
      apiVersion: "client.authentication.k8s.io/v1",
      kind: "ExecCredential",
      status: { token: "fresh" },
    });
    await writeFile(plugin, `#!/bin/sh\necho run >> ${runs}\nsleep 0.1\necho '${credential}'\n`);
    await chmod(plugin, 0o700);
    const exec = {
      apiVersion: "client.authentication.k8s.io/v1",
      command: plugin,
      interactiveMode: "Never",
    };
    const api = await connect({ kubeconfig: await kubeconfig(address, { exec }) });
    await Promise.all([1, 2, 3].map(() => api.request(version)));
    assert.deepEqual(seen, ["Bearer fresh", "Bearer fresh", "Bearer fresh"]);
    assert.equal((await readFile(runs, "utf8")).trim(), "run");
    await stop();
  });

  it("runs an exec plugin again if the server refuses its token before the time that it gives, as kubectl does", async (t) => {
    let good = "token 1";
    const { address, seen, stop } = await server((token) => (token === `Bearer ${good}` ? 200 : 401));
    t.after(stop);
    const runs = join(folder, "refused");
    const status = {
      token: "token '$(wc -l < REFUSED | tr -d ' ')'",
      expirationTimestamp: "2999-01-01T00:00:00Z",
    };
    const credential = { apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential", status };
    const answer = JSON.stringify(credential).replace("REFUSED", runs);
    await writeFile(join(folder, "revoked"), `#!/bin/sh\necho run >> ${runs}\necho '${answer}'\n`, {
      mode: 0o700,
    });
    const exec = { apiVersion: credential.apiVersion, command: "./revoked", interactiveMode: "Never" };
    const api = await connect({ kubeconfig: await kubeconfig(address, { exec }) });
    await api.request(version);
    good = "token 2";
    await Promise.all([1, 2].map(() => api.request(version)));
    assert.deepEqual(new Set(seen), new Set(["Bearer token 1", "Bearer token 2"]));
    assert.equal(await readFile(runs, "utf8"), "run\nrun\n");
  });

  it("runs an exec plugin that is next to the kubeconfig, from any folder", async (t) => {
    const { address, seen, stop } = await server();
    t.after(stop);
    const credential = { apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential" };
    const answer = JSON.stringify({ ...credential, status: { token: "near" } });
    await writeFile(join(folder, "near"), `#!/bin/sh\necho careful >&2\necho '${answer}'\n`, { mode: 0o700 });
    const exec = { apiVersion: credential.apiVersion, command: "./near", interactiveMode: "IfAvailable" };
    const api = await connect({ kubeconfig: await kubeconfig(address, { exec }) });
    await api.request(version);
    assert.deepEqual(seen, ["Bearer near"]);
  });

  for (const [what, script, message] of [
    [
      "fails",
      "printf '\\033[31mlog in first:\\033[0m\\n  tsh login\\n' >&2; exit 3",
      /exec plugin \S+failing failed with exit code 3: log in first: tsh login\. Context "one" of /,
    ],
    ["waits for input", "read answer || exit 4", /failing failed with exit code 4\. Context/],
    ["prints no JSON", "echo secret-token", /failing printed no JSON: expected an ExecCredential on its/],
    [
      "answers in another version than the kubeconfig says",
      `echo '{"apiVersion": "client.authentication.k8s.io/v1alpha1", "status": {"token": "secret-token"}}'`,
      /expected an ExecCredential of apiVersion client\.authentication\.k8s\.io\/v1, .* got client\S+\/v1alpha1\./,
    ],
    [
      "gives no credentials",
      `echo '{"apiVersion": "client.authentication.k8s.io/v1", "status": {"clientCertificateData": "x"}}'`,
      /expected a token or a certificate with its key, got neither\./,
    ],
  ] as const) {
    it(`says what is wrong with an exec plugin that ${what}, and runs it once`, async (t) => {
      const { address, seen, stop } = await server();
      t.after(stop);
      const runs = join(folder, "failing-runs");
      await writeFile(runs, "");
      await writeFile(join(folder, "failing"), `#!/bin/sh\necho run >> ${runs}\n${script}\n`, {
        mode: 0o700,
      });
      const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "./failing" };
      const api = await connect({ kubeconfig: await kubeconfig(address, { exec }) });
      for (let tries = 0; tries < 2; tries++)
        await assert.rejects(api.request(version), (error: Error) => {
          assert.equal(error.name, "UnreachableError");
          assert.match(error.message, message);
          assert.doesNotMatch(error.message, /secret-token/);
          return true;
        });
      assert.equal(await readFile(runs, "utf8"), "run\n");
      assert.deepEqual(seen, []);
    });
  }

  it("says where an exec plugin comes from that isn't installed", async () => {
    const exec = {
      apiVersion: "client.authentication.k8s.io/v1",
      command: "not-installed",
      installHint: "\nSee https://example.com/login\n",
    };
    const api = await connect({ kubeconfig: await kubeconfig("http://127.0.0.1:1", { exec }) });
    await assert.rejects(
      api.request(version),
      /exec plugin not-installed was not found\. Install it, or add its folder to PATH\. See https:\/\/example\.com\/login Context/,
    );
  });

  it("doesn't wait forever for an exec plugin", async () => {
    const plugin = { command: "sh", args: ["-c", "echo 'open the browser' >&2; exec sleep 60"] };
    const rest = { env: {}, apiVersion: "client.authentication.k8s.io/v1", provideClusterInfo: false };
    await assert.rejects(
      runExecPlugin({ ...plugin, ...rest }, null, 500),
      /exec plugin sh did not end in 0\.5 s: open the browser\. If it needs a login, log in first, such as by running kubectl\./,
    );
  });

  for (const provideClusterInfo of [false, true]) {
    it(`tells an exec plugin what kubectl tells it${provideClusterInfo ? ", with the cluster if it asks for it" : ""}`, async (t) => {
      const { address, seen, stop } = await server();
      t.after(stop);
      const told = join(folder, "told");
      const apiVersion = "client.authentication.k8s.io/v1beta1";
      const answer = JSON.stringify({ apiVersion, status: { token: "told" } });
      await writeFile(
        join(folder, "asks"),
        `#!/bin/sh\nprintf '%s' "$KUBERNETES_EXEC_INFO" > ${told}\nprintf '%s' "$OWN $1" > ${told}.own\necho '${answer}'\n`,
        { mode: 0o700 },
      );
      const exec = {
        apiVersion,
        command: "./asks",
        args: ["get-token"],
        env: [{ name: "OWN", value: "set" }],
        provideClusterInfo,
      };
      const extension = { audience: "mesh" };
      const extensions = [{ name: "client.authentication.k8s.io/exec", extension }];
      const file = await kubeconfig(address, { exec }, { "insecure-skip-tls-verify": true, extensions });
      await (await connect({ kubeconfig: file })).request(version);
      assert.deepEqual(seen, ["Bearer told"]);
      assert.equal(await readFile(`${told}.own`, "utf8"), "set get-token");
      const cluster = { server: address, "insecure-skip-tls-verify": true, config: extension };
      assert.deepEqual(JSON.parse(await readFile(told, "utf8")), {
        kind: "ExecCredential",
        apiVersion,
        spec: { ...(provideClusterInfo ? { cluster } : {}), interactive: false },
      });
    });
  }

  it("keeps what an exec plugin gave until it expires, or is refused", async (t) => {
    const { address, stop } = await server();
    t.after(stop);
    const runs = join(folder, "expiring-runs");
    const apiVersion = "client.authentication.k8s.io/v1";
    const time = jumping();
    for (const [expires, times] of [
      [undefined, 1],
      ["2999-01-01T00:00:00Z", 1],
      ["2001-01-01T00:00:00Z", 2],
    ] as const) {
      await writeFile(runs, "");
      const status = { token: "fresh", ...(expires ? { expirationTimestamp: expires } : {}) };
      const answer = JSON.stringify({ apiVersion, status });
      await writeFile(join(folder, "expiring"), `#!/bin/sh\necho run >> ${runs}\necho '${answer}'\n`, {
        mode: 0o700,
      });
      const exec = { apiVersion, command: "./expiring" };
      const api = await connect({ kubeconfig: await kubeconfig(address, { exec }) }, time);
      await api.request(version);
      await time.sleep(61_000);
      await api.request(version);
      assert.equal(await readFile(runs, "utf8"), "run\n".repeat(times), String(expires));
    }
  });

  it("acts as whom the kubeconfig names, with their groups and all else", async (t) => {
    const { address, headers, stop } = await server();
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
    const { address, seen, stop } = await server();
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
