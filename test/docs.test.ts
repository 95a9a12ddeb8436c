import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import type { Io } from "../provider/cli/Io";
import { program } from "../provider/cli/program";
import { readPlatformFile } from "../provider/platformFile/readPlatformFile";

const root = join(__dirname, "..");
const documents = [
  "README.md",
  "CONTRIBUTING.md",
  "provider/README.md",
  ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`),
  ...readdirSync(join(root, "examples")).map((name) => `examples/${name}/README.md`),
].filter((path) => existsSync(join(root, path)));

/** The command line, with each command only noting that it would run. */
function parsed(args: readonly string[]): void {
  const root = program({ out: () => {}, err: () => {} } as unknown as Io, "0", () => {});
  for (const command of root.commands) command.action(() => {});
  root.parse(args, { from: "user" });
}

for (const path of documents) {
  describe(path, () => {
    const text = readFileSync(join(root, path), "utf8");

    it("has no link to a file that is not there", () => {
      const missing = [...text.matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)]
        .map(([, target = ""]) => target)
        .filter((target) => !existsSync(join(root, dirname(path), target)));
      assert.deepEqual(missing, []);
    });

    it("names commands as they are", () => {
      const commands = [...text.matchAll(/`?(?:npx |kubectl )?sidecar-settings ((?:-|[a-z]+)[^`\n]*)/g)]
        .map(([, line = ""]) => (line.split(/ [>|#]|:|;|,|\)/)[0] ?? "").trim())
        .filter((line) => /^(--|(status|diff|render|doctor|import|report|completion)\b)/.test(line));
      for (const line of commands) {
        const args = line.split(" ").filter((word) => word !== "");
        if (args[0] === "--help") continue;
        // prose names a command without its file
        const needsFile = ["diff", "render", "report"].includes(args[0] ?? "") && args.length === 1;
        assert.doesNotThrow(
          () => parsed(needsFile ? [...args, "-"] : args),
          `${path}: sidecar-settings ${line}`,
        );
      }
    });

    it("has settings files that the reader takes", () => {
      for (const [, yaml = ""] of text.matchAll(/```yaml\n([\s\S]*?)```/g)) {
        if (/^(#.*\n)*(global|namespaces|rollout|waves):/.test(yaml)) readPlatformFile(yaml, path);
      }
    });
  });
}
