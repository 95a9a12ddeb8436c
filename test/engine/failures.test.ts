import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { enginesPresent } from "./deploymentEngine";
import { FixtureStack, stepWords } from "./fixtureStack";

for (const engine of enginesPresent()) {
  describe(`failures (${engine.name})`, { concurrency: 2 }, () => {
    it("runs no dependents of what failed, keeps what succeeded, and goes on next time", async () => {
      const stack = new FixtureStack(engine);
      const entries = (mood?: string) => [
        { name: "first", content: 1 },
        { name: "second", content: 2, dependsOn: ["first"], ...(mood && { mood }) },
        { name: "third", content: 3, dependsOn: ["second"] },
      ];
      const failed = await stack.up(entries("fail"));
      assert.equal(failed.ok, false);
      assert.match(failed.stdoutText, /this file can't be created/);
      assert.ok(failed.steps.find((step) => step.name === "second")?.failed);
      assert.deepEqual(await stack.calls(), ["create 1"]);
      const resumed = await stack.up(entries());
      assert.ok(resumed.ok, resumed.stdoutText);
      assert.deepEqual(await stack.calls(), ["create 2", "create 3"]);
      await stack.remove();
    });

    it("lets steps that run beside a failing one finish, and keeps what they did", async () => {
      const stack = new FixtureStack(engine);
      const failed = await stack.up([
        { name: "slow", content: "slow", mood: "slow:2500" },
        { name: "bad", content: "bad", mood: "fail" },
        { name: "after", content: "after", dependsOn: ["slow"] },
      ]);
      assert.equal(failed.ok, false);
      assert.deepEqual(names(await stack.state()), ["files-test", "slow"]);
      assert.deepEqual(await stack.files(), ['"slow"']);
      await stack.remove();
    });

    it("keeps a resource whose create failed half-way, and updates it next time", async () => {
      const stack = new FixtureStack(engine);
      const failed = await stack.up([{ name: "first", content: 1, mood: "partial" }]);
      assert.equal(failed.ok, false);
      assert.match(failed.stdoutText, /not settled/);
      const kept = (await stack.state()).find((resource) => resource.urn.endsWith("::first"));
      assert.deepEqual(kept?.initErrors, ["not settled"]);
      assert.match(kept?.id ?? "", /\.json$/);
      await stack.calls();
      const previewed = await stack.preview([{ name: "first", content: 1, mood: "partial" }]);
      assert.deepEqual(stepWords(previewed), ["update first"]);
      const resumed = await stack.up([{ name: "first", content: 1, mood: "partial" }]);
      assert.ok(resumed.ok, resumed.stdoutText);
      assert.deepEqual(await stack.calls(), ["update 1"]);
      const healed = (await stack.state()).find((resource) => resource.urn.endsWith("::first"));
      assert.equal(healed?.initErrors, undefined);
      await stack.remove();
    });

    it("fails clearly when the provider process is killed, and keeps the state", async () => {
      const stack = new FixtureStack(engine);
      let provider = 0;
      const running = stack.up(
        [
          { name: "quick", content: "quick" },
          { name: "slow", content: "slow", mood: "slow:60000", dependsOn: ["quick"] },
        ],
        { onProviderStart: (pid) => (provider = pid) },
      );
      while (!(await stack.calls(/^begin create/)).includes('begin create "slow"')) await pause();
      process.kill(provider, "SIGKILL");
      const killed = await running;
      assert.equal(killed.ok, false);
      assert.ok(killed.steps.find((step) => step.name === "slow")?.failed, killed.stdoutText);
      assert.deepEqual(names(await stack.state()), ["files-test", "quick"]);
      const resumed = await stack.up([
        { name: "quick", content: "quick" },
        { name: "slow", content: "slow", dependsOn: ["quick"] },
      ]);
      assert.ok(resumed.ok, resumed.stdoutText);
      assert.deepEqual(await stack.files(), ['"quick"', '"slow"']);
      await stack.remove();
    });

    it("reports what check refuses, and a program that throws, and deletes nothing then", async () => {
      const stack = new FixtureStack(engine);
      await stack.up([{ name: "first", content: 1 }]);
      await stack.calls();
      const invalid = await stack.up([{ name: "second", content: "invalid" }]);
      assert.equal(invalid.ok, false);
      assert.match(invalid.stdoutText, /is invalid/);
      const thrown = await engine.up(stack.options({ entries: [], throws: "the program gave up" }));
      assert.equal(thrown.ok, false);
      assert.match(thrown.stdoutText, /the program gave up/);
      assert.deepEqual(await stack.calls(), []);
      await stack.remove();
    });

    it("runs independent resources at the same time, and no more than asked for", async () => {
      const stack = new FixtureStack(engine);
      const entries = [1, 2, 3, 4].map((content) => ({ name: `file-${content}`, content, mood: "slow:400" }));
      assert.ok((await stack.up(entries)).ok);
      assert.match((await stack.calls(/create/)).join(), /(begin create \d,){4}/);
      assert.ok((await stack.destroy()).ok);
      await stack.calls();
      assert.ok((await stack.up(entries, { parallel: 1 })).ok);
      assert.match((await stack.calls(/create/)).join(), /^(begin create (\d),create \2,?){4}$/);
      await stack.remove();
    });

    it("stops between steps when it is cancelled", async () => {
      const stack = new FixtureStack(engine);
      const cancel = new AbortController();
      const running = stack.up(
        [
          { name: "first", content: 1, mood: "slow:3000" },
          { name: "second", content: 2, dependsOn: ["first"] },
        ],
        { signal: cancel.signal },
      );
      while ((await stack.calls(/^begin create/)).length === 0) await pause();
      cancel.abort();
      const stopped = await running;
      assert.equal(stopped.ok, false);
      assert.deepEqual(names(await stack.state()), ["files-test", "first"]);
      await stack.remove();
    });
  });
}

function names(resources: { urn: string }[]): string[] {
  return resources.map((resource) => resource.urn.split("::").at(-1) ?? "").sort();
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}
