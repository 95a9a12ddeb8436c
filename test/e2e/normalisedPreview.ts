/**
 * What Pulumi prints of a preview, without what differs from run to run: times, names that controllers make, the order in which resources
 * and messages come, and what the SDK says of a run that was broken off.
 */
export function normalisedPreview(text: string): string {
  const [said = ""] = text.split("failed to deliver log message.");
  const lines = said
    .replace(/^Duration: .*$/m, "")
    // the program's outputs are not what is looked at, and a preview that fails may come without
    .replace(/^( {4}--outputs:--|Outputs:)\n[\s\S]*?(?=^(Resources:|error: ))/m, "")
    .replace(/(pods "api)-[a-z0-9]+-[a-z0-9]+"/g, '$1-…"')
    .split("\n")
    .map((line) => line.trimEnd());
  const ordered = lines.some((line) => detailed.test(line)) ? inBlocks(lines) : withSortedProgress(lines);
  return `${ordered.join("\n").trim()}\n`;
}

const detailed = /^ {4,}\[urn=/;

/** Of a plain preview: the lines of progress before its first heading, each once. */
function withSortedProgress(lines: readonly string[]): string[] {
  const end = lines.findIndex((line) => /^(Diagnostics|Outputs|Resources):/.test(line));
  const [first = "", ...progress] = lines.slice(0, end);
  return [first, "", ...[...new Set(progress.filter((line) => line !== ""))].sort(), "", ...lines.slice(end)];
}

/** Of a preview with differences: messages before the resources, and the resources of a component by name. */
function inBlocks(lines: readonly string[]): string[] {
  const [first = "", ...rest] = lines;
  const isOurs = (line: string) => /^[ +~-]|^Resources:|^error: /.test(line);
  const messages = rest.filter((line) => line !== "" && !isOurs(line));
  const before: string[] = [];
  const blocks: string[][] = [];
  const after: string[] = [];
  for (const line of rest.filter((one) => one !== "" && isOurs(one))) {
    if (/^ {8}[ +~-] pulumi-nodejs:dynamic/.test(line)) blocks.push([line]);
    else if (after.length > 0 || /^ {4}--outputs:--|^Resources:|^error: /.test(line)) after.push(line);
    else (blocks.at(-1) ?? before).push(line);
  }
  const sorted = blocks.sort(([a = ""], [b = ""]) => (a < b ? -1 : 1)).flat();
  return [first, "", ...messages, ...(messages.length > 0 ? [""] : []), ...before, ...sorted, ...after];
}
