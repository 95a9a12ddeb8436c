import ipaddr from "ipaddr.js";
import type { Parsed } from "../data/parsed.js";

/** Reads a value where Istio does: annotations hold text, so "true" is what a boolean setting calls true. */
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

/** Lists in annotations: spaces and blank entries mean nothing; `entry` brings each one to the form that settings have. */
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

/** A range without host bits, which Istio allows and iptables ignores; any other text as it is. */
export function networkRange(text: string): string {
  if (!ipaddr.isValidCIDR(text)) return text;
  const [address, bits] = ipaddr.parseCIDR(text);
  const network =
    address.kind() === "ipv4"
      ? ipaddr.IPv4.networkAddressFromCIDR(text)
      : ipaddr.IPv6.networkAddressFromCIDR(text);
  return `${network.toString()}/${bits}`;
}
