import ipaddr from "ipaddr.js";
import type { ListRule } from "./list.js";
import { shown } from "./problem.js";

/** An IP range in CIDR form without host bits, as Istio's agent and iptables read it: "10.0.0.0/8", "2001:db8::/32". */
export function cidrEntry(everything: boolean): ListRule {
  return {
    wanted: 'CIDR ranges such as "10.0.0.0/8"',
    everything,
    entry: (text) => {
      if (/\s/.test(text)) return { todo: `take the spaces out of ${shown(text)}: Istio refuses them` };
      if (text === "*")
        return {
          todo: everything
            ? '"*" must stand alone'
            : '"*" means everything, which only an include list can hold',
        };
      if (!text.includes("/")) {
        const isAddress = ipaddr.isValid(text) && isPlainAddress(text);
        const todo = isAddress
          ? `write "${text}/${text.includes(":") ? 128 : 32}" for the one address`
          : `${shown(text)} is no address`;
        return { todo };
      }
      if (!ipaddr.isValidCIDR(text) || !isPlainAddress(text)) return { todo: `${shown(text)} is no range` };
      const network = networkOf(text);
      return network === text.toLowerCase() || sameRange(network, text)
        ? { value: network }
        : { todo: `${text} has host bits set: write ${network}` };
    },
  };
}

/** Whether two canonical ranges share an address. */
export function rangesOverlap(left: string, right: string): boolean {
  const [a, aBits] = ipaddr.parseCIDR(left);
  const [b, bBits] = ipaddr.parseCIDR(right);
  if (a.kind() !== b.kind()) return false;
  const bits = Math.min(aBits, bBits);
  return networkOf(`${a.toString()}/${bits}`) === networkOf(`${b.toString()}/${bits}`);
}

// ipaddr.js also takes octal and hexadecimal IPv4 parts, which Go's parser refuses
function isPlainAddress(text: string): boolean {
  const address = text.split("/")[0] ?? "";
  return address.includes(":") ? !address.includes("%") : /^(0|[1-9]\d*)(\.(0|[1-9]\d*)){3}$/.test(address);
}

function networkOf(cidr: string): string {
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
