import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { enginesPresent } from "./deploymentEngine";
import { FixtureStack, stepWords } from "./fixtureStack";

for (const engine of enginesPresent()) {
  describe(`life cycle of resources (${engine.name})`, { concurrency: 2 }, () => {
    it("creates, keeps, updates and destroys, each after what it depends on", async () => {
      const stack = new FixtureStack(engine);
      const entries = [
        { name: "first", content: { cpu: "1" } },
        { name: "second", contentFrom: "first" },
        { name: "third", content: 3, dependsOn: ["second"] },
      ];
      const created = await stack.up(entries);
      assert.ok(created.ok, created.stdoutText);
      assert.deepEqual(created.summary, { create: 4 });
      const [first = "", second = "", third] = await stack.calls();
      assert.equal(first, 'create {"cpu":"1"}');
      assert.match(second, /^create ".*json"$/);
      assert.equal(third, "create 3");

      const kept = await stack.up(entries);
      assert.deepEqual(kept.summary, { same: 4 });
      assert.deepEqual(await stack.calls(), []);

      const changed = await stack.up([{ name: "first", content: { cpu: "2" } }, ...entries.slice(1)]);
      assert.deepEqual(stepWords(changed), ["update first"]);
      assert.deepEqual(await stack.calls(), ['update {"cpu":"2"}']);

      assert.ok((await stack.destroy()).ok);
      assert.deepEqual(await stack.calls(), ["delete 3", `delete ${second.slice(7)}`, 'delete {"cpu":"2"}']);
      assert.deepEqual(await stack.state(), []);
      await stack.remove();
    });

    it("calls neither create, update nor delete in a preview, and shows what is unknown", async () => {
      const stack = new FixtureStack(engine);
      const previewed = await stack.preview([
        { name: "first", content: 1 },
        { name: "second", contentFrom: "first" },
      ]);
      assert.ok(previewed.ok, previewed.stdoutText);
      const calls = await stack.calls(/./);
      assert.deepEqual(calls, ["check 1", 'check "04da6b54-80e4-46f7-96ec-b56ff0331ba9"']);
      const second = previewed.steps.find((step) => step.name === "second");
      assert.equal(second?.newState?.inputs.content, "04da6b54-80e4-46f7-96ec-b56ff0331ba9");
      assert.equal(second?.newState?.id, undefined);

      await stack.up([
        { name: "first", content: 1 },
        { name: "gone", content: 2 },
      ]);
      await stack.calls();
      const next = await stack.preview([{ name: "first", content: { a: 2 } }], { diff: true });
      assert.deepEqual(stepWords(next), ["update first", "delete gone"]);
      assert.deepEqual(await stack.calls(), []);
      assert.match(next.stdoutText, /- content: 1\n\s+\+ content: \{\n\s+\+ a: 2\n/);
      assert.deepEqual(await stack.files(), ["1", "2"]);
      await stack.remove();
    });

    it("replaces by creating first, unless the provider or the program wants it the other way", async () => {
      const stack = new FixtureStack(engine);
      const other = `${stack.home}/other`;
      await stack.up([{ name: "first", content: 1 }]);
      await stack.calls();
      const replaced = await stack.up([{ name: "first", content: 2, folder: other }]);
      assert.deepEqual(stepWords(replaced), [
        "create-replacement first",
        "replace first",
        "delete-replaced first",
      ]);
      assert.deepEqual(replaced.summary, { replace: 1, same: 1 });
      assert.deepEqual(await stack.calls(), ["create 2", "delete 1"]);
      assert.deepEqual(replaced.steps.find((step) => step.op === "replace")?.replaceReasons, ["folder"]);

      const again = await stack.up([{ name: "first", content: 3, deleteFirst: true }]);
      assert.deepEqual(stepWords(again), [
        "delete-replaced first",
        "replace first",
        "create-replacement first",
      ]);
      assert.deepEqual(await stack.calls(), ["delete 2", "create 3"]);

      const overruled = [
        {
          name: "first",
          content: 4,
          folder: other,
          deleteFirst: true,
          options: { deleteBeforeReplace: false },
        },
      ];
      assert.ok((await stack.up(overruled)).ok);
      assert.deepEqual(await stack.calls(), ["create 4", "delete 3"]);
      assert.equal((await stack.state()).length, 2);
      await stack.remove();
    });

    it("deletes what left the program last, dependents before what they need", async () => {
      const stack = new FixtureStack(engine);
      await stack.up([
        { name: "first", content: 1 },
        { name: "second", content: 2, dependsOn: ["first"] },
        { name: "third", content: 3, dependsOn: ["second"] },
      ]);
      await stack.calls();
      const left = await stack.up([{ name: "other", content: 0 }]);
      assert.ok(left.ok, left.stdoutText);
      assert.deepEqual(await stack.calls(), ["create 0", "delete 3", "delete 2", "delete 1"]);
      await stack.remove();
    });

    it("finds renamed and moved resources by their aliases, and their children with them", async () => {
      const stack = new FixtureStack(engine);
      await stack.up([
        { name: "old", kind: "group", content: 1 },
        { name: "old-child", parent: "old", content: 1 },
        { name: "loose", content: 2 },
      ]);
      await stack.calls();
      const moved = await stack.up([
        { name: "new", kind: "group", content: 1, aliases: [{ name: "old" }] },
        { name: "new-child", parent: "new", content: 1 },
        { name: "loose", parent: "new", content: 2, aliases: [{ noParent: true }] },
      ]);
      assert.ok(moved.ok, moved.stdoutText);
      assert.deepEqual(moved.summary, { same: 4 });
      assert.deepEqual(await stack.calls(), []);
      const urns = (await stack.state()).map((resource) => resource.urn.split("::").slice(2).join("::"));
      assert.deepEqual(urns.sort(), [
        "fixtures:index:Group$pulumi-nodejs:dynamic/fixtures:File::loose",
        "fixtures:index:Group$pulumi-nodejs:dynamic/fixtures:File::new-child",
        "fixtures:index:Group::new",
        "pulumi:pulumi:Stack::files-test",
      ]);
      await stack.remove();
    });

    it("diffs components by their inputs and keeps their outputs", async () => {
      const stack = new FixtureStack(engine);
      await stack.up([{ name: "group", kind: "group", content: { a: 1 } }]);
      const changed = await stack.up([{ name: "group", kind: "group", content: { a: 2 } }]);
      assert.deepEqual(stepWords(changed), ["update group"]);
      const group = (await stack.state()).find((resource) => resource.type === "fixtures:index:Group");
      assert.deepEqual(group?.inputs, { content: { a: 2 } });
      assert.deepEqual(group?.outputs, { label: "group group" });
      await stack.remove();
    });

    it("honours ignoreChanges, retainOnDelete, deletedWith and protect", async () => {
      const stack = new FixtureStack(engine);
      const entries = [
        { name: "ignored", content: { a: 1, b: 1 }, options: { ignoreChanges: ["content.a"] } },
        { name: "retained", content: "retained", options: { retainOnDelete: true } },
        { name: "carrier", content: "carrier" },
        { name: "passenger", content: "passenger", deletedWith: "carrier" },
        { name: "guarded", content: "guarded", options: { protect: true } },
      ];
      assert.ok((await stack.up(entries)).ok);
      await stack.calls();
      const changed = await stack.up([
        { ...entries[0], name: "ignored", content: { a: 2, b: 2 } },
        ...entries.slice(1),
      ]);
      assert.ok(changed.ok, changed.stdoutText);
      assert.deepEqual(await stack.calls(), ['update {"a":1,"b":2}']);

      const refused = await stack.up([], { skipPreview: false });
      assert.equal(refused.ok, false);
      assert.match(refused.stdoutText, /protect/);
      assert.deepEqual(await stack.calls(), []);

      await stack.up([...entries.slice(0, 4), { name: "guarded", content: "guarded" }]);
      const destroyed = await stack.destroy();
      assert.ok(destroyed.ok, destroyed.stdoutText);
      assert.deepEqual(await stack.files(), ['"passenger"', '"retained"']);
      await stack.remove();
    });

    it("lets stack transforms change inputs", async () => {
      const stack = new FixtureStack(engine);
      const plan = { entries: [{ name: "first", content: 1 }], transformContent: { changed: true } };
      const result = await engine.up(stack.options(plan));
      assert.ok(result.ok, result.stdoutText);
      assert.deepEqual(await stack.calls(), ['create {"changed":true}']);
      await stack.remove();
    });

    it("reads what something else manages, and leaves it alone afterwards", async () => {
      const stack = new FixtureStack(engine);
      const made = await stack.up([{ name: "first", content: "mine" }]);
      const { first: id } = made.outputs.paths as { first: string };
      const reader = new FixtureStack(engine);
      const read = await reader.up([{ name: "seen", kind: "read", content: "?", id }]);
      assert.ok(read.ok, read.stdoutText);
      assert.deepEqual(stepWords(read), ["create files-test", "read seen"]);
      assert.deepEqual(read.outputs.copies, { seen: "mine" });
      assert.ok((await reader.destroy()).ok);
      assert.deepEqual(await stack.files(), ['"mine"']);
      await Promise.all([stack.remove(), reader.remove()]);
    });
  });
}
