import { nested } from "../../provider/settings/canonicalSettings";
import { declarationOf, type SettingValue } from "../../provider/settings/declarations";

/** The `nth` of a setting's values, in canonical form; different ones for different numbers, but for the boolean. */
export function sampleValue(path: string, nth: number): SettingValue {
  if (path.endsWith(".cpu")) return `${nth}`;
  if (path.endsWith(".memory")) return `${nth}Gi`;
  if (path.endsWith("IPRanges")) return `10.${nth}.0.0/16,192.168.${nth}.0/24`;
  if (path.endsWith("Ports")) return `${8000 + nth},${9000 + nth}`;
  if (path.startsWith("lifecycle.")) return { sleep: { seconds: nth } };
  if (path === "terminationDrainDuration") return `${nth}s`;
  if (path === "dnsProxy") return nth % 2 === 1;
  throw new Error(`no sample for ${path}: write one here`);
}

/** A value as people nest it: `{ capture: { includeInboundPorts: value } }`. */
export function nestedAt(path: string, value: unknown): Record<string, unknown> {
  return path.split(".").reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Record<
    string,
    unknown
  >;
}

/** All settings, each with its `nth` value. */
export function everySetting(nth: number): ReturnType<typeof nested> {
  return nested(Object.fromEntries([...declarationOf.keys()].map((path) => [path, sampleValue(path, nth)])));
}
