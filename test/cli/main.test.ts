import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";

const main = join(__dirname, "../../provider/dist/cli/main.js");
const preview = join(__dirname, "../report/previews/first-settings-of-a-mesh/preview.json");

describe("the command at the end of a pipe", () => {
  it("waits for its input without a word, and takes what PowerShell makes of it", async () => {
    const { stdin, stdout, stderr } = spawn(process.execPath, [main, "report", "-"]);
    // longer than a command that reads from a cluster keeps quiet
    setTimeout(() => stdin.end(Buffer.from(`\ufeff${readFileSync(preview, "utf8")}`, "utf16le")), 6_000);
    const [out, err] = await Promise.all([text(stdout), text(stderr)]);
    assert.equal(err, "");
    assert.match(out, /^<!-- sidecar-settings -->\n/);
  });
});
