import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Io } from "../../provider/cli/Io";
import { run } from "../../provider/cli/run";
import { connect } from "../../provider/cluster/connect";
import { withoutFiles } from "../cli/withoutFiles";
import { pulumi } from "../pulumi/pulumi";
import { Mesh } from "./Mesh";

/** What a kubeconfig may not lose: a token, and a password in it. */
const token = /token: (\S+)/;

interface Kubeconfigs {
  token: string;
  /** Title -> text of a kubeconfig that works up to a point. */
  failing: Readonly<Record<string, string>>;
}

function kubeconfigs(good: string): Kubeconfigs {
  const [line = "", secret = ""] = token.exec(good) ?? [];
  assert.ok(secret.length > 20);
  const user = good.replace(line, `${line}\n      as: nobody-at-all`);
  return {
    token: secret,
    failing: {
      "that may do nothing": user,
      "whose token is not known": good.replaceAll(secret, `${secret}x`),
      "of a server that is not there": good.replace(/server: \S+/, "server: https://127.0.0.1:1"),
      "of a server with another certificate": good.replace(/certificate-authority-data: \S+/, "x: y"),
      "that is no YAML": good.replace(line, `${line}\n   ${line}: {`),
      "without its context": good.replace(/current-context: \S+/, "current-context: other"),
    },
  };
}

describe("a kubeconfig's token is in nothing that the command prints", { concurrency: true }, () => {
  let mesh: Mesh;
  let folder: string;
  let given: Kubeconfigs;

  before(async () => {
    mesh = await Mesh.start();
    folder = await mkdtemp(join(tmpdir(), "sidecar-credentials-"));
    given = kubeconfigs(await readFile(mesh.cluster.kubeconfig, "utf8"));
  });
  after(async () => {
    await mesh?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const titles = Object.keys(kubeconfigs(`token: ${"0".repeat(30)}`).failing);
  for (const title of titles) {
    test(`with a kubeconfig ${title}`, async () => {
      const path = join(folder, title.replaceAll(" ", "-"));
      await writeFile(path, given.failing[title] ?? "");
      for (const command of ["status", "doctor"]) {
        const printed: string[] = [];
        const code = await run([command, "--kubeconfig", path], commandIo(printed), { version: "1.0.0" });
        assert.notEqual(code, 0, printed.join(""));
        assert.ok(printed.join("").length > 20);
        assert.ok(!printed.join("").includes(given.token), `${command}: ${printed.join("")}`);
      }
    });
  }
});

describe("an explicit kubeconfig's token is in neither state nor output", () => {
  let mesh: Mesh;
  let good: string;

  before(async () => {
    mesh = await Mesh.start();
    await mesh.namespace("shop");
    good = await readFile(mesh.cluster.kubeconfig, "utf8");
  });
  after(() => mesh?.stop());

  for (const title of [
    "that may do nothing",
    "whose token is not known",
    "of a server that is not there",
    "that is no YAML",
  ]) {
    test(`with a kubeconfig ${title}`, async () => {
      const { failing, token: secret } = kubeconfigs(good);
      const plan = { namespaces: { shop: { env: { A: "b" }, publish: false } } };
      const options = mesh.stack(title.replaceAll(" ", "-"), plan, {
        diff: true,
        secretConfig: { kubeconfig: failing[title] ?? "" },
      });
      const up = await pulumi.up(options);
      assert.equal(up.ok, false, up.stdoutText);
      assert.ok(!JSON.stringify(up).includes(secret), up.stdoutText);
      const state = await pulumi.exportState(options).catch(() => ({}));
      assert.ok(!JSON.stringify(state).includes(secret), "the state seals it");
    });
  }
});

function commandIo(printed: string[]): Io {
  return {
    out: (text) => void printed.push(text),
    err: (text) => void printed.push(text),
    isTerminal: false,
    // with the stack of an error as well
    env: { DEBUG: "1" },
    readFile: (path) => readFile(path, "utf8"),
    ...withoutFiles,
    connect,
    now: () => Date.now(),
    sleep: async () => false,
  };
}
