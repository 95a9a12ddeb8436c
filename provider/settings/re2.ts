// a quoted part, an escape, a character class, the start of a group, or one character
const tokens =
  /\\Q[\s\S]*?(?:\\E|$)|\\(?:[1-7][0-7]{1,2}|[\s\S])|\[\^?\]?(?:\\[\s\S]|\[:\^?\w+:\]|[^\]\\])*\]|\(\?(?:P?<\w+>|<?[=!]|[imsU-]+[:)]|:)|[\s\S]/g;

/** What is wrong with a regular expression for Envoy's RE2; undefined if nothing is. */
export function re2Problem(text: string): string | undefined {
  const parts = text.match(tokens) ?? [];
  const quoted = JSON.stringify(text);
  if (parts.some((part) => /^\(\?<?[=!]$/.test(part) || /^\\[1-9]$/.test(part)))
    return `${quoted}: Envoy's RE2 has no lookaround or backreferences`;
  // older releases of Envoy only support the other spelling
  if (parts.some((part) => part.startsWith("(?<"))) return `${quoted}: write a named group as (?P<name>…)`;
  try {
    new RegExp(parts.map(asJavaScript).join(""));
    return undefined;
  } catch {
    return `${quoted} is not a valid regular expression`;
  }
}

// translates RE2-only syntax, so that JavaScript's parser can check the rest
function asJavaScript(part: string): string {
  if (part.startsWith("\\Q")) return "(?:)";
  if (part.startsWith("(?P<")) return "(";
  if (/^\(\?[imsU-]+\)$/.test(part)) return "(?:)";
  if (/^\(\?[imsU-]+:$/.test(part)) return "(?:";
  return part;
}
