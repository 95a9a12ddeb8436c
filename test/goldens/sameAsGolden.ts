import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Whether a text is what its file has; UPDATE_GOLDENS=1 writes the file. */
export function sameAsGolden(file: string, text: string): void {
  if (process.env.UPDATE_GOLDENS === "1") {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  assert.equal(text, existsSync(file) ? readFileSync(file, "utf8") : "", "UPDATE_GOLDENS=1 rewrites it");
}
