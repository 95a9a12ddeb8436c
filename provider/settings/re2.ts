// an escape, a quoted part, a class of characters, the beginning of a group, or one character
const tokens =
  /\\Q[\s\S]*?(?:\\E|$)|\\(?:[1-7][0-7]{1,2}|[\s\S])|\[\^?\]?(?:\\[\s\S]|\[:\^?\w+:\]|[^\]\\])*\]|\(\?(?:P?<\w+>|<?[=!]|[imsU-]+[:)]|:)|[\s\S]/g;

/** What is wrong with a regular expression for Envoy's RE2; undefined where nothing is. */
export function re2Problem(text: string): string | undefined {
  const parts = text.match(tokens) ?? [];
  const quoted = JSON.stringify(text);
  if (parts.some((part) => /^\(\?<?[=!]$/.test(part) || /^\\[1-9]$/.test(part)))
    return `${quoted}: Envoy's RE2 has neither look-around nor back references`;
  // Envoy's older releases know the other spelling only
  if (parts.some((part) => part.startsWith("(?<"))) return `${quoted}: write a named group as (?P<name>…)`;
  try {
    new RegExp(parts.map(asJavaScript).join(""));
    return undefined;
  } catch {
    return `${quoted} is not a valid regular expression`;
  }
}

// JavaScript's own parser judges the rest, once what only RE2 has is spelled otherwise
function asJavaScript(part: string): string {
  if (part.startsWith("\\Q")) return "(?:)";
  if (part.startsWith("(?P<")) return "(";
  if (/^\(\?[imsU-]+\)$/.test(part)) return "(?:)";
  if (/^\(\?[imsU-]+:$/.test(part)) return "(?:";
  return part;
}
