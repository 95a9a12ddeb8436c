import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { enginesPresent } from "./deploymentEngine";
import { FixtureStack } from "./fixtureStack";
import { makeSecret } from "./propertyValue";
import { SecretBox } from "./secretBox";
import type { StoredState } from "./stateFile";

const [engine] = enginesPresent();

describe("state file", () => {
  it("seals secrets, and opens them with the same passphrase only", () => {
    const box = new SecretBox("a passphrase");
    const map = { list: [{ password: makeSecret("hunter") }], plain: 1 };
    const sealed = box.seal(map);
    assert.doesNotMatch(JSON.stringify(sealed), /hunter/);
    assert.deepEqual(new SecretBox("a passphrase", box.salt).open(sealed), map);
    assert.throws(() => new SecretBox("another", box.salt).open(sealed), /PULUMI_CONFIG_PASSPHRASE/);
    assert.deepEqual(box.seal(box.open(sealed)), sealed);
  });

  it("keeps what was done, and names what was running, when the engine itself is killed", async () => {
    assert.ok(engine);
    const stack = new FixtureStack(engine);
    const entries = [
      { name: "quick", content: "quick" },
      { name: "slow", content: "slow", mood: "slow:60000", dependsOn: ["quick"] },
    ];
    const script = join(__dirname, "fixtures", "upAndTellProvider.ts");
    const options = JSON.stringify(stack.options({ entries }));
    const child = spawn(process.execPath, [...process.execArgv, script, options], { stdio: "pipe" });
    let said = "";
    child.stdout.on("data", (chunk) => (said += chunk));
    while (!(await stack.calls(/^begin create/)).includes('begin create "slow"')) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await exit;
    // Its provider outlives it, as the CLI's does: end it here.
    process.kill(Number(/provider (\d+)/.exec(said)?.[1]), "SIGKILL");

    const stored = JSON.parse(await readFile(`${stack.home}/state.json`, "utf8")) as StoredState;
    const names = stored.deployment.resources.map((resource) => resource.urn.split("::").at(-1));
    assert.deepEqual(names, ["files-test", "quick"]);
    const [pending] = stored.deployment.pending_operations ?? [];
    assert.equal(pending?.type, "creating");
    assert.match(pending?.resource.urn ?? "", /::slow$/);

    const resumed = await stack.up([entries[0] ?? { name: "" }, { name: "slow", content: "slow" }]);
    assert.ok(resumed.ok, resumed.stdoutText);
    assert.match(resumed.stdoutText, /1 pending operations[\s\S]*::slow, interrupted while creating/);
    await stack.refresh();
    assert.doesNotMatch((await stack.up([])).stdoutText, /pending operations/);
    await stack.remove();
  });
});
