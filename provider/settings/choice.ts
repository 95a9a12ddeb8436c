import { type Parsed, refused } from "../data/parsed.js";

/** One of a few words in any case; canonical is Istio's spelling. */
export function parseChoice(choices: readonly string[], todo: string): (value: unknown) => Parsed<string> {
  return (value) => {
    const choice =
      typeof value === "string"
        ? choices.find((word) => word.toLowerCase() === value.trim().toLowerCase())
        : undefined;
    return choice === undefined ? refused(value, `one of ${choices.join(", ")}`, todo) : { value: choice };
  };
}

/** What YAML 1.1, Helm and shells also take for one. */
const meant: ReadonlyMap<string, boolean> = new Map([
  ...["true", "yes", "on"].map((word) => [word, true] as const),
  ...["false", "no", "off"].map((word) => [word, false] as const),
]);

export function parseBoolean(value: unknown): Parsed<boolean> {
  if (typeof value === "boolean") return { value };
  const word = typeof value === "string" ? meant.get(value.trim().toLowerCase()) : undefined;
  const todo =
    word === undefined ? "leave it out for the weaker level's value" : `write ${word}, without quotes`;
  return refused(value, "true or false", todo);
}
