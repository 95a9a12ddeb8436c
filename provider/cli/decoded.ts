/** A file's text. Windows PowerShell writes what `>` redirects in UTF-16; a byte order mark is not part of the text. */
export function decoded(bytes: Uint8Array): string {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : "utf-8";
  return new TextDecoder(encoding).decode(bytes);
}
