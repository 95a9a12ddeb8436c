import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, it } from "node:test";
import { enginesPresent } from "./deploymentEngine";
import { FixtureStack } from "./fixtureStack";

const [engine] = enginesPresent();

describe("command line", () => {
  it("prints help, the digest of a preview, and its exit code", () => {
    assert.ok(engine);
    const stack = new FixtureStack(engine);
    const { cwd, env } = stack.options({ entries: [{ name: "first", secretKey: "word" }] });
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [...process.execArgv, join(__dirname, "cli.ts"), ...args], {
        encoding: "utf8",
        env: { ...process.env, ...env },
      });
    assert.match(run("--help").stdout, /preview\|up\|refresh\|destroy/);
    assert.equal(run("deploy").status, 1);

    const place = ["--cwd", cwd, "--stack", "test", "--state", join(stack.home, "state.json")];
    const digest = run("preview", ...place, "--secret", "word=hunter", "--json");
    assert.equal(digest.status, 0, digest.stderr);
    assert.doesNotMatch(digest.stdout, /hunter/);
    const { config, steps, changeSummary } = JSON.parse(digest.stdout);
    assert.deepEqual(config, { "files:word": "[secret]" });
    assert.deepEqual(changeSummary, { create: 2 });
    assert.equal(steps[1].newState.inputs.content.password, "[secret]");

    const failed = run("up", ...place);
    assert.equal(failed.status, 255);
    assert.match(failed.stdout, /Missing required configuration variable 'files:word'/);
    return stack.remove();
  });
});
