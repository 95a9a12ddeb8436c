import ipaddr from "ipaddr.js";
import { shown } from "../data/problem.js";
import type { ListRule } from "./list.js";

/** An IP range in CIDR notation without host bits: "10.0.0.0/8", "2001:db8::/32". `everything`: whether `*` is a value. */
export function cidrEntry(everything: boolean): ListRule {
  return {
    expected: 'CIDR ranges such as "10.0.0.0/8"',
    everything,
    entry: (text) => {
      if (/\s/.test(text)) return { todo: `remove the spaces from ${shown(text)}: Istio rejects them` };
      if (text === "*")
        return {
          todo: everything
            ? '"*" must stand alone'
            : '"*" means everything, which only an include list can contain',
        };
      if (!text.includes("/")) {
        const isAddress = ipaddr.isValid(text) && isPlainAddress(text);
        const todo = isAddress
          ? `write "${text}/${text.includes(":") ? 128 : 32}" for a single address`
          : `${shown(text)} is not a valid address`;
        return { todo };
      }
      if (!ipaddr.isValidCIDR(text) || !isPlainAddress(text))
        return { todo: `${shown(text)} is not a valid range` };
      const network = networkOf(text);
      return network === text.toLowerCase() || sameRange(network, text)
        ? { value: network }
        : { todo: `${text} has host bits set: write ${network}` };
    },
  };
}

/** The canonical ranges that lie within any of the others, whose network bits then begin theirs. */
export function within(ranges: readonly string[], others: readonly string[]): string[] {
  const whole = new Set(others.map(bitsOf));
  return ranges.filter((range) => beginningsOf(bitsOf(range)).some((one) => whole.has(one)));
}

// a letter for the IP version, then a digit for each network bit
function bitsOf(range: string): string {
  const [address, length] = ipaddr.parseCIDR(range);
  const bits = address.toByteArray().map((byte) => byte.toString(2).padStart(8, "0"));
  return `${address.kind() === "ipv4" ? "v" : "w"}${bits.join("").slice(0, length)}`;
}

function beginningsOf(bits: string): string[] {
  return Array.from({ length: bits.length }, (_, at) => bits.slice(0, at + 1));
}

// ipaddr.js also accepts octal and hexadecimal IPv4 parts, which Go rejects
function isPlainAddress(text: string): boolean {
  const address = text.split("/")[0] ?? "";
  return address.includes(":") ? !address.includes("%") : /^(0|[1-9]\d*)(\.(0|[1-9]\d*)){3}$/.test(address);
}

/** The range without host bits. */
export function networkOf(cidr: string): string {
  const [address, bits] = ipaddr.parseCIDR(cidr);
  const network =
    address.kind() === "ipv4"
      ? ipaddr.IPv4.networkAddressFromCIDR(cidr)
      : ipaddr.IPv6.networkAddressFromCIDR(cidr);
  return `${network.toString()}/${bits}`;
}

function sameRange(network: string, text: string): boolean {
  const [a] = ipaddr.parseCIDR(network);
  const [b] = ipaddr.parseCIDR(text);
  return a.toString() === b.toString();
}
