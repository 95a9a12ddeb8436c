import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { enginesPresent } from "./deploymentEngine";
import { FixtureStack, stepWords } from "./fixtureStack";

for (const engine of enginesPresent()) {
  describe(`refresh (${engine.name})`, () => {
    it("takes over what changed outside, forgets what is gone, and the next update puts it right", async () => {
      const stack = new FixtureStack(engine);
      const entries = [1, 2, 3].map((content) => ({ name: `file-${content}`, content }));
      const made = await stack.up(entries);
      const paths = made.outputs.paths as Record<string, string>;
      await writeFile(paths["file-1"] ?? "", "99");
      await rm(paths["file-2"] ?? "");
      await stack.calls();

      const refreshed = await stack.refresh();
      assert.ok(refreshed.ok, refreshed.stdoutText);
      assert.deepEqual(stepWords(refreshed).sort(), ["delete file-2", "update file-1"]);
      const first = (await stack.state()).find((resource) => resource.urn.endsWith("::file-1"));
      assert.equal(first?.inputs.content, 99);
      assert.equal(first?.outputs.content, 99);
      assert.deepEqual(await stack.calls(), []);

      const repaired = await stack.up(entries);
      assert.deepEqual(stepWords(repaired).sort(), ["create file-2", "update file-1"]);
      assert.deepEqual(await stack.files(), ["1", "2", "3"]);
      await stack.remove();
    });
  });
}
