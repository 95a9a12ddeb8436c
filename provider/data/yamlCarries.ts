/** Characters that Istio's YAML parser accepts unescaped, apart from line breaks. */
const printable = String.raw`[\t\x20-\x7e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]`;
const block = new RegExp(String.raw`^${printable}*(\n${printable}*)*$`, "u");
const line = new RegExp(`^${printable}*$`, "u");

/** Whether text survives Istio's `toYaml | indent` in its template unchanged. */
export function yamlCarries(text: string): boolean {
  return block.test(text) && !text.startsWith("\n") && !text.endsWith("\n\n");
}

/** Whether text survives unchanged between double quotes in Istio's template, which escapes nothing. */
export function quotesCarry(text: string): boolean {
  return line.test(text) && !/["\\]/.test(text);
}
