import { type Parsed, refused } from "../data/parsed.js";
import type { JsonSchema } from "./JsonSchema.js";

interface NumberRule {
  least: number;
  most: number;
  /** Digits after the decimal point. */
  digits: number;
  /** What it counts, for messages. */
  of: string;
}

/** JSON Schema for what `parseNumber` accepts. */
export function numberSchema({ least, most, digits }: NumberRule): JsonSchema {
  const number = { type: digits === 0 ? "integer" : "number", minimum: least, maximum: most };
  const decimals = digits === 0 ? "" : "(\\.[0-9]+)?";
  return { anyOf: [number, { type: "string", pattern: `^\\s*[0-9]+${decimals}\\s*$` }] };
}

/** A number, also as text. Canonical is its shortest decimal text: "2", "12.5". */
export function parseNumber({ least, most, digits, of }: NumberRule): (value: unknown) => Parsed<string> {
  const expected = `${digits === 0 ? "a whole number" : `a number with at most ${digits} decimals`} of ${of}, ${least} to ${most}`;
  return (value) => {
    const number = numberOf(value);
    if (number === undefined) return refused(value, expected, "write just the number");
    if (number < least || number > most) return refused(value, expected, "choose a value within this range");
    const canonical = String(Number(number.toFixed(digits)));
    return Number(canonical) === number
      ? { value: canonical }
      : refused(value, expected, digits === 0 ? "round it to a whole number" : `round it to ${canonical}`);
  };
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  return typeof value === "string" && /^\d{1,9}(\.\d{1,9})?$/.test(value.trim()) ? Number(value) : undefined;
}
