import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";

const root = join(__dirname, "../..");

it("the demo asks before it touches a cluster of somebody's own, and takes silence for no", () => {
  const folder = mkdtempSync(join(tmpdir(), "sidecar-demo-question-"));
  const kubeconfig = join(folder, "kubeconfig");
  const config = {
    clusters: [{ name: "mine", cluster: { server: "http://127.0.0.1:1" } }],
    users: [{ name: "mine", user: { token: "none" } }],
    contexts: [{ name: "mine", context: { cluster: "mine", user: "mine" } }],
  };
  writeFileSync(kubeconfig, JSON.stringify(config), { mode: 0o600 });
  try {
    for (const input of ["n\n", ""]) {
      const { status, stdout } = spawnSync(
        process.execPath,
        ["--import", "tsx", join(root, "examples/asm-walkthrough/demo.ts"), "--context", "mine"],
        {
          cwd: root,
          encoding: "utf8",
          input,
          timeout: 60_000,
          env: { ...process.env, KUBECONFIG: kubeconfig },
        },
      );
      assert.match(stdout, /creates namespace shop in context mine \(http:\/\/127\.0\.0\.1:1\)/);
      assert.match(stdout, /Nothing was done\.\n$/);
      assert.equal(status, 1);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
