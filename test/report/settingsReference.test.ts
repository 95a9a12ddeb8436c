import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { settingsReference } from "../../provider/report/settingsReference";
import { declarations } from "../../provider/settings/declarations";

const file = join(__dirname, "../../docs/settings.md");

test("docs/settings.md is what the declarations say (UPDATE_GOLDENS=1 rewrites it)", () => {
  const text = settingsReference();
  if (process.env.UPDATE_GOLDENS === "1") writeFileSync(file, text);
  assert.equal(readFileSync(file, "utf8"), text);
});

test("every setting has a row", () => {
  for (const { path } of declarations) assert.ok(settingsReference().includes(`| \`${path}`), path);
});
