import ipaddr from "ipaddr.js";
import { memoize } from "../data/memoize.js";
import type { Parsed } from "../data/parsed.js";
import { networkOf } from "./cidr.js";

/** The pods of a mesh have few ranges between them, and each is parsed for every pod. */
const mostRanges = 256;

/** Parses a value from an annotation or object: annotations hold text, so "true" means true. */
export function parseLoosely<Value>(
  parse: (value: unknown) => Parsed<Value>,
): (value: unknown) => Parsed<Value> {
  return (value) => {
    const text = typeof value === "string" ? value.trim() : undefined;
    const candidates =
      text === "true" || text === "false"
        ? [text === "true", value]
        : [value, ...(text === undefined ? [] : [text])];
    const reads = candidates.map(parse);
    return reads.find((read) => "value" in read) ?? (reads[0] as Parsed<Value>);
  };
}

/** Parses a list from an annotation: spaces and blank entries are ignored. `entry` converts each one to what settings accept. */
export function parseLooseList<Value>(
  parse: (value: unknown) => Parsed<Value>,
  entry: (text: string) => string = (text) => text,
): (value: unknown) => Parsed<Value> {
  return (value) => {
    const entries = typeof value === "string" ? value.split(",") : value;
    if (!Array.isArray(entries)) return parse(value);
    return parse(
      entries
        .map((one: unknown) => (typeof one === "string" ? entry(one.trim()) : one))
        .filter((one) => one !== ""),
    );
  };
}

/** Clears a range's host bits, which Istio allows and iptables ignores. Returns other text unchanged. */
export const networkRange = memoize((text: string): string => {
  return ipaddr.isValidCIDR(text) ? networkOf(text) : text;
}, mostRanges);
