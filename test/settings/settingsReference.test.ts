import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { declarations } from "../../provider/settings/declarations";
import { parseSettings } from "../../provider/settings/parseSettings";
import { settingGroups } from "../../scripts/settingGroups";
import { settingsOf, settingsReference } from "../../scripts/settingsReference";

const file = join(__dirname, "../../docs/settings.md");

test("docs/settings.md is what the declarations say (UPDATE_GOLDENS=1 rewrites it)", () => {
  const text = settingsReference();
  if (process.env.UPDATE_GOLDENS === "1") writeFileSync(file, text);
  assert.equal(readFileSync(file, "utf8"), text);
});

test("every setting is in one group, with its default", () => {
  const grouped = settingGroups.flatMap((group) => settingsOf(group).map(({ path }) => path));
  assert.deepEqual([...grouped].sort(), declarations.map(({ path }) => path).sort());
  for (const group of settingGroups) {
    for (const { path } of settingsOf(group))
      assert.ok(group.defaults[path] ?? group.defaults[""], `${path} has no default`);
  }
});

test("every group has an example that holds", () => {
  for (const { heading, example } of settingGroups) {
    const settings = parseSettings(parse(example));
    assert.deepEqual(settings.problems, [], heading);
  }
});
