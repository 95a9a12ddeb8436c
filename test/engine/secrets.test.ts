import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { enginesPresent } from "./deploymentEngine";
import { FixtureStack, stepWords } from "./fixtureStack";

const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

for (const engine of enginesPresent()) {
  describe(`secrets (${engine.name})`, { concurrency: 2 }, () => {
    it("reach the provider in clear, and neither the state nor the output", async () => {
      const stack = new FixtureStack(engine);
      const entries = [
        { name: "first", secretKey: "password", options: { additionalSecretOutputs: ["copy"] } },
      ];
      const secretConfig = { password: "hunter-1" };
      const created = await stack.up(entries, { secretConfig, skipPreview: false, diff: true });
      assert.ok(created.ok, created.stdoutText);
      assert.deepEqual(await stack.calls(), ['create {"password":"hunter-1","user":"admin"}']);
      assert.doesNotMatch(JSON.stringify(created), /hunter-1/);
      assert.match(created.stdoutText, /password: \[secret\]/);
      assert.deepEqual(created.outputs.copies, { first: "[secret]" });

      const state = await stack.state();
      assert.doesNotMatch(JSON.stringify(state), /hunter-1/);
      const first = state.find((resource) => resource.urn.endsWith("::first"));
      const content = first?.inputs.content as { user: string; password: Record<string, string> } | undefined;
      assert.equal(content?.user, "admin");
      assert.ok(Object.values(content?.password ?? {}).includes(SECRET_SIGNATURE));
      assert.ok(Object.values(first?.outputs.copy as Record<string, string>).includes(SECRET_SIGNATURE));

      const kept = await stack.up(entries, { secretConfig });
      assert.deepEqual(kept.summary, { same: 2 });
      const changed = await stack.preview(entries, { secretConfig: { password: "hunter-2" }, diff: true });
      assert.deepEqual(stepWords(changed), ["update first"]);
      assert.match(changed.stdoutText, /password: \[secret\]/);
      assert.doesNotMatch(JSON.stringify(changed), /hunter-/);
      await stack.remove();
    });

    it("passes configuration to the program", async () => {
      const stack = new FixtureStack(engine);
      const created = await stack.up([{ name: "first", configKey: "size" }], { config: { size: "large" } });
      assert.ok(created.ok, created.stdoutText);
      assert.deepEqual(await stack.calls(), ['create "large"']);
      await stack.remove();
    });
  });
}
