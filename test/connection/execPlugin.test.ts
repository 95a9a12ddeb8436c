import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { connect } from "../../provider/cluster/connect";
import { runExecPlugin } from "../../provider/cluster/execPlugin";
import { jumping, startServer, writeKubeconfig } from "./testServer";

const version = { method: "GET", path: "/version" } as const;

describe("a connection by an exec plugin", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "sidecar-exec-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const kubeconfig = (address: string, user: object, cluster?: object) =>
    writeKubeconfig(folder, address, user, cluster);

  it("runs an exec plugin once for all requests under way", async () => {
    const { address, seen, stop } = await startServer();
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
    const { address, seen, stop } = await startServer((token) => (token === `Bearer ${good}` ? 200 : 401));
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
    const { address, seen, stop } = await startServer();
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
      const { address, seen, stop } = await startServer();
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
      const { address, seen, stop } = await startServer();
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
    const { address, stop } = await startServer();
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
});
