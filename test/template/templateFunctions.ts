/** Where a template function comes from, and the first Istio release that supports it as used here. */
interface TemplateFunction {
  of: "Go" | "Istio" | "sprig";
  since: string;
}

const go: TemplateFunction = { of: "Go", since: "1.16" };
const istio: TemplateFunction = { of: "Istio", since: "1.16" };
const sprig: TemplateFunction = { of: "sprig", since: "1.16" };

/**
 * The functions that our additions to Istio's template may call. istiod provides sprig's, but replaces some by more limited ones of the
 * same name: `toJson` until 1.18 (only string maps), `omit` (likewise), `indent`, `contains`, `env`. Those are excluded, since a
 * failing call would make injection deny every pod.
 */
export const templateFunctions: Readonly<Record<string, TemplateFunction>> = {
  and: go,
  eq: go,
  gt: go,
  index: go,
  le: go,
  len: go,
  ne: go,
  not: go,
  or: go,
  print: go,
  printf: go,
  annotation: istio,
  fromJSON: istio,
  isset: istio,
  protoToJSON: istio,
  structToJSON: istio,
  add: sprig,
  append: sprig,
  compact: sprig,
  concat: sprig,
  default: sprig,
  dict: sprig,
  dig: sprig,
  div: sprig,
  has: sprig,
  hasKey: sprig,
  int64: sprig,
  join: sprig,
  kindIs: sprig,
  list: sprig,
  max: sprig,
  mul: sprig,
  nospace: sprig,
  quote: sprig,
  regexMatch: sprig,
  regexReplaceAll: sprig,
  set: sprig,
  splitList: sprig,
  ternary: sprig,
  toString: sprig,
  trimPrefix: sprig,
  trimSuffix: sprig,
  uniq: sprig,
  unset: sprig,
};

const keywords = new Set([
  "define",
  "else",
  "end",
  "false",
  "if",
  "nil",
  "range",
  "template",
  "true",
  "with",
]);

/** The functions that a template calls, with counts. */
export function functionCalls(template: string): ReadonlyMap<string, number> {
  const calls = new Map<string, number>();
  for (const [, action = ""] of template.matchAll(/\{\{-?([\s\S]*?)-?\}\}/g)) {
    const code = action.replace(/\/\*[\s\S]*?\*\//g, "").replace(/"(?:[^"\\]|\\.)*"|`[^`]*`/g, '""');
    for (const [word] of code.matchAll(/(?<![\w.$])[A-Za-z_]\w*/g))
      if (!keywords.has(word)) calls.set(word, (calls.get(word) ?? 0) + 1);
  }
  return calls;
}
