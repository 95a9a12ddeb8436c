import { z } from "zod";
import { type Parsed, refused } from "../data/parsed.js";
import { containsUnknown } from "../data/unknown.js";

/** A span tag as in Istio's ProxyConfig. Set exactly one of the three. */
export interface CustomTag {
  literal?: { value: string };
  environment?: { name: string; defaultValue?: string };
  header?: { name: string; defaultValue?: string };
}

const named = z.strictObject({ name: z.string().min(1), defaultValue: z.string().optional() });
const Tag = z.union([
  z.strictObject({ literal: z.strictObject({ value: z.string().min(1) }) }),
  z.strictObject({ environment: named }),
  z.strictObject({ header: named }),
]);

export function parseCustomTag(value: unknown): Parsed<CustomTag> {
  if (containsUnknown(value)) return { value: value as CustomTag };
  const read = Tag.safeParse(value);
  return read.success
    ? { value: JSON.parse(JSON.stringify(read.data)) as CustomTag }
    : refused(
        value,
        "one of { literal: { value } }, { environment: { name, defaultValue } }, { header: { name, defaultValue } }",
        'write { literal: { value: "blue" } }, for instance',
      );
}
