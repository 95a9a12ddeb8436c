/** Makes text from a cluster safe for one line of a terminal: characters that could move the cursor or colour the screen are escaped. */
export function printed(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
}
