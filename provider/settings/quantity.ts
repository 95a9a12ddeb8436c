import { type Parsed, refused } from "../data/parsed.js";

const nano = 1_000_000_000n;
const milli = 1_000_000n;
const mebi = nano * 2n ** 20n;

const decimalSuffix: Record<string, bigint> = {
  n: 1n,
  u: 1_000n,
  m: milli,
  "": nano,
  k: nano * 10n ** 3n,
  M: nano * 10n ** 6n,
  G: nano * 10n ** 9n,
  T: nano * 10n ** 12n,
  P: nano * 10n ** 15n,
  E: nano * 10n ** 18n,
};
const binarySuffix: Record<string, bigint> = {
  Ki: nano * 2n ** 10n,
  Mi: mebi,
  Gi: nano * 2n ** 30n,
  Ti: nano * 2n ** 40n,
  Pi: nano * 2n ** 50n,
  Ei: nano * 2n ** 60n,
};
const suffixes: Record<string, bigint> = { ...decimalSuffix, ...binarySuffix };

/** Kubernetes' limit: 2^63-1 units. */
const greatest = (2n ** 63n - 1n) * nano;

/** A Kubernetes quantity in billionths of its unit (cores, bytes), exactly. Undefined if the text isn't one. */
export function nanoUnits(text: string): bigint | undefined {
  const match =
    /^\+?(\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:([eE][+-]?\d{1,2})|([numkMGTPE]|[KMGTPE]i)?)$/.exec(text);
  if (!match) return undefined;
  const [, digits = "", exponent, suffix = ""] = match;
  const [whole = "", fraction = ""] = digits.split(".");
  const power = exponent ? Number(exponent.slice(1)) : 0;
  const scale = suffixes[suffix];
  if (scale === undefined) return undefined;
  let numerator = BigInt(whole + fraction || "0") * scale;
  const shift = power - fraction.length;
  if (shift >= 0) return numerator * 10n ** BigInt(shift);
  const divisor = 10n ** BigInt(-shift);
  // Kubernetes rounds up fractions of a billionth
  numerator += divisor - 1n;
  return numerator / divisor;
}

/** Orders two quantities that `nanoUnits` accepts. */
export function compareQuantities(left: string, right: string): number {
  const [a, b] = [nanoUnits(left) ?? 0n, nanoUnits(right) ?? 0n];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** CPU in cores: 2, "2 cores", 0.916, "916m"; canonical "2" or "916m". Fractions of a millicore are refused, since Kubernetes would round them. */
export function parseCpu(value: unknown): Parsed<string> {
  const expected = 'cores, such as 2, 0.5 or "500m"';
  const amount = amountOf(value, /^(.*?)\s*cores?$/i);
  if (amount === undefined)
    return refused(value, expected, "write a number of cores, or of millicores with m");
  if (amount === 0n) return refused(value, expected, "raise it above 0, or leave it out");
  if (amount % milli !== 0n) return refused(value, expected, "round it to whole millicores");
  const millicores = amount / milli;
  return { value: millicores % 1000n === 0n ? String(millicores / 1000n) : `${millicores}m` };
}

const memoryUnits = ["Ei", "Pi", "Ti", "Gi", "Mi", "E", "P", "T", "G", "M", "Ki", "k"].map(
  (suffix) => [suffix, suffixes[suffix] ?? nano] as const,
);

/** Memory: "1025Mi", "1025 MiB", "1Gi", bytes; canonical is the largest unit that divides it, binary first ("1Gi", "128M"). */
export function parseMemory(value: unknown): Parsed<string> {
  const expected = 'a size with its unit, such as "128Mi" or "1Gi"';
  const amount = amountOf(value, /^(.*?[KMGTPE]i)B$/);
  if (amount === undefined) return refused(value, expected, "write a number and Ki, Mi, Gi, k, M or G");
  if (amount < mebi) {
    const guess =
      /^\d+$/.test(String(value)) && Number(value) > 0
        ? `did you mean "${value}Mi"?`
        : 'write "128Mi", for instance';
    return refused(value, expected, `that is less than 1 MiB in bytes; ${guess}`);
  }
  if (amount % nano !== 0n) return refused(value, expected, "round it to whole bytes");
  const [unit, scale] = memoryUnits.find(([, size]) => amount % size === 0n) ?? ["", nano];
  return { value: `${amount / scale}${unit}` };
}

/** Longer than any amount: on runs of spaces, `spelledUnit` takes quadratic time. */
const longestAmount = 100;

function amountOf(value: unknown, spelledUnit: RegExp): bigint | undefined {
  const text = typeof value === "number" && Number.isFinite(value) ? String(value) : value;
  if (typeof text !== "string") return undefined;
  const trimmed = text.trim();
  if (trimmed.length > longestAmount) return undefined;
  const amount = nanoUnits(
    (spelledUnit.exec(trimmed)?.[1] ?? trimmed).replace(/(?<=\d)\s+(?=(?:[KMGTPE]i|[kMGTPE])$)/, ""),
  );
  return amount !== undefined && amount <= greatest ? amount : undefined;
}
