const marked = /^\s*(\+-|\+\+|--|[+~-])\s?\S/;
const longest = 150;

/** Of what `preview --diff` or `up` prints: what changes, with its braces, what the package reports, and the counts at the end. */
export function changesOnly(text: string): string[] {
  const lines: string[] = [];
  const open: boolean[] = [];
  let counting = false;
  for (const line of text.split("\n")) {
    if (/^\s*\[(urn|id|provider)=/.test(line) || line.trim() === "") continue;
    if (/^Resources:/.test(line.trim())) counting = true;
    const closes = /^\s*[+~-]?\s*[}\]]\s*$/.test(line);
    const kept = closes
      ? (open.pop() ?? false)
      : counting || (marked.test(line) && !isProgress(line)) || isReport(line);
    if (/[{[]\s*$/.test(line) && !closes) open.push(kept);
    if (kept) lines.push(...folded(line));
  }
  return unique(lines);
}

/** A long change on two lines, what it was and what it will be. */
function folded(line: string): string[] {
  const cut = (text: string) => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text);
  const [before, after] = line.length > longest ? line.split(" => ") : [line];
  if (before === undefined || after === undefined) return [cut(line)];
  const indent = " ".repeat(line.search(/[^\s~+-]/));
  return [cut(before), cut(`${indent}=> ${after}`)];
}

/** `+  kubernetes:core/v1:Namespace shop creating`, and the table that repeats it. */
function isProgress(line: string): boolean {
  return (
    /^\s*(\+-|\+\+|--|[+~-])\s+(\S*[├└│]|\S+:\S+:\S+ \S+ (creat|updat|delet|replac))/.test(line) ||
    /^\s*(\+-|\+\+|--|[+~-])\s+[├└│ ]*─? ?\S+:\S+:\S+\s{2,}\S/.test(line)
  );
}

function isReport(line: string): boolean {
  return /\[[\w-]+\] \d+\/\d+ /.test(line);
}

/** What the package reports comes as it happens, and once more at the end. */
function unique(lines: readonly string[]): string[] {
  const seen = new Set<string>();
  return lines
    .map((line) => (isReport(line) ? `    ${line.slice(line.search(/\[[\w-]+\] \d+\//))}` : line))
    .filter((line) => {
      if (!isReport(line)) return true;
      if (seen.has(line)) return false;
      seen.add(line);
      return true;
    });
}
