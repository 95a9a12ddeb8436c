import { printed } from "./printed.js";

/** Escapes text so that Markdown shows it literally on one line, even in a table: no markup, links, mentions or HTML. */
export function markdownText(text: string): string {
  return (
    printed(text)
      .replace(/&/g, "&amp;")
      .replace(/</g, "&lt;")
      .replace(/>/g, "&gt;")
      .replace(/[\\`*_[\]#|~$]/g, (character) => `\\${character}`)
      // mentions, issue numbers and addresses must not become links in a comment
      .replace(/@/g, "@\u2060")
      .replace(/(https?):/gi, "$1\u2060:")
  );
}

/** Text as code, fenced by more backticks than it contains, with escaped bars, which would end a table cell. */
export function markdownCode(text: string): string {
  const shown = printed(text).replace(/\|/g, "\\|");
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  const pad = longest > 0 || shown === "" ? " " : "";
  return `${fence}${pad}${shown}${pad}${fence}`;
}

export function markdownTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n");
}
