/** Lines of at most so many characters, broken between words; all but the first are indented. A word that is longer stays whole. */
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

/** By characters: names in Kubernetes are ASCII, values seldom are not. */
export function widthOf(text: string): number {
  return [...text].length;
}
