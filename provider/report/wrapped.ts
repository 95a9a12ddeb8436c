/** Wraps text between words into lines of at most `most` characters, all but the first indented. A longer word stays whole. */
export function wrapped(text: string, most: number, indent = ""): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line.trim() !== "" && widthOf(longer) > most) {
      lines.push(line);
      line = `${indent}${word}`;
    } else line = longer;
  }
  return [...lines, line];
}

/** Counts characters: names in Kubernetes are ASCII, and values almost always are. */
export function widthOf(text: string): number {
  return [...text].length;
}
