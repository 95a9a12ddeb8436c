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

export function parseBoolean(value: unknown): Parsed<boolean> {
  return typeof value === "boolean"
    ? { value }
    : refused(value, "true or false", "leave it out for the weaker level's value");
}
