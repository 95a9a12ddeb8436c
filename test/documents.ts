import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "..");

export interface Document {
  /** From the repository's root. */
  path: string;
  text: string;
}

/** Everything that people read. */
export const documents: readonly Document[] = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "provider/README.md",
  "bench/README.md",
  ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`),
  ...readdirSync(join(root, "examples")).map((name) => `examples/${name}/README.md`),
]
  .filter((path) => existsSync(join(root, path)))
  .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));

/** The arguments of each `sidecar-settings` that a document names, in prose and in blocks. */
export function commandsIn(text: string): string[][] {
  return [...text.matchAll(/`?(?:npx |kubectl )?sidecar-settings ((?:-|[a-z]+)[^`\n]*)/g)]
    .map(([, line = ""]) => (line.split(/ [>|#]|:|;|,|\)/)[0] ?? "").trim())
    .filter((line) => /^(--|(status|explain|diff|render|doctor|import|report|completion)\b)/.test(line))
    .map((line) => line.split(" ").filter((word) => word !== ""));
}

/** The blocks of a language. */
export function blocksIn(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))].map(
    ([, block = ""]) => block,
  );
}
