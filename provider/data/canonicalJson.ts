import { createHash } from "node:crypto";
import { isRecord } from "./isRecord.js";

/** A hash of twelve hexadecimal digits that doesn't depend on key order. */
export function digest(content: unknown): string {
  return createHash("sha256").update(canonicalJson(content)).digest("hex").slice(0, 12);
}

export function canonicalJson(content: unknown): string {
  return JSON.stringify(content, (_key, value: unknown) =>
    isRecord(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value,
  );
}
