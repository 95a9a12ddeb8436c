import { type Parsed, refused } from "../data/parsed.js";

const milliseconds: Record<string, bigint> = { h: 3_600_000n, m: 60_000n, s: 1000n, ms: 1n };
const longest = 24 * 3600;

/** Whole seconds, in Go's duration format: "10s", "1m30s", "2h", or a number of seconds; canonical "90s". At least 1s, at most 24h. */
export function parseSeconds(value: unknown): Parsed<string> {
  const expected = 'a duration of 1s to 24h in whole seconds, such as "10s" or "1m30s"';
  const total = totalSeconds(value);
  if (total === undefined)
    return refused(value, expected, "write hours, minutes and seconds with their units");
  if (!Number.isInteger(total))
    return refused(value, expected, "round it to whole seconds: the agent's variable can't hold fractions");
  if (total < 1 || total > longest) return refused(value, expected, "choose a value within this range");
  return { value: `${total}s` };
}

/** The whole seconds of a canonical duration. */
export function secondsOf(duration: string): number {
  return Number(duration.slice(0, -1));
}

function totalSeconds(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value !== "string" || !/^(?:\d{1,9}(?:\.\d{1,9})?(?:ms|h|m|s))+$/.test(value.trim()))
    return undefined;
  // in integer billionths: with floating point, 2.05 minutes are not exactly 123 seconds
  let billionths = 0n;
  for (const [, whole = "0", fraction = "", unit = "s"] of value.matchAll(/(\d+)(?:\.(\d+))?(ms|h|m|s)/g)) {
    billionths += (BigInt(whole + fraction.padEnd(9, "0")) * (milliseconds[unit] ?? 0n)) / 1000n;
  }
  return Number(billionths) / 1e9;
}
