import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { steps } from "../../examples/asm-walkthrough/steps";

const root = join(__dirname, "../..");

test("npm run demo takes its steps, shows what each changes on the pod, and leaves nothing", () => {
  const demo = join(root, "examples/asm-walkthrough/demo.ts");
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", demo], {
    cwd: root,
    encoding: "utf8",
    timeout: 600_000,
  });
  assert.equal(status, 0, `${stdout}\n${stderr}`);
  const parts = stdout.split(/\n(?=Step \d of \d: |The same again|Destroy)/);
  for (const [index, { title }] of steps.entries()) {
    const part = parts[index + 1] ?? "";
    assert.ok(part.startsWith(`Step ${index + 1} of ${steps.length}: ${title}\n`), part);
    assert.match(part, /\n +[+~] Deployment\/api: /, "the preview says what restarts");
    assert.match(part, /\[shop\] 1\/1 restarted Deployment\/api \(2 pods, \d+ s\)/);
    assert.match(part, /\nOn the pod:\n {2}istio-(init|proxy):\n {2}[+-] /);
  }
  assert.match(parts.at(-2) ?? "", /Resources:\n +8 unchanged/);
  assert.match(parts.at(-1) ?? "", /- 8 deleted/);
});
