/** The text, or its beginning and an ellipsis: at most so many characters. */
export function shortened(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join("")}…`;
}

/** The text, or so many characters of its beginning and an ellipsis. By characters rather than UTF-16 units: no surrogate pair is split. */
export function cut(text: string, most: number): string {
  // a long text is not taken apart as a whole
  const characters = [...text.slice(0, 2 * most + 1)];
  return characters.length <= most ? text : `${characters.slice(0, most).join("")}…`;
}
