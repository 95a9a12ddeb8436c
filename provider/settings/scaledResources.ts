import { type Parsed, refused } from "../data/parsed.js";
import { containsUnknown } from "../data/unknown.js";
import { parseNumber } from "./number.js";
import { nanoUnits } from "./quantity.js";

/**
 * Resources of istio-proxy as a percentage of the application's, computed when a pod is injected. If the application sets a limit or a
 * request for CPU, istio-proxy gets that percentage of each, and none that the application doesn't have; likewise for memory. For a
 * resource that the application doesn't set at all, `proxyResources` apply.
 */
export interface ScaledResources {
  /** 1 to 100. */
  percent: number;
  /** Of the largest amount among the containers, of their sum, or of one container's. ASM: PercentageMax, PercentageSum, PercentageRef. */
  of: "largest" | "sum" | "container";
  /** The container's name, with `of: "container"`. */
  container?: string;
}

const parsePercent = parseNumber({ least: 1, most: 100, digits: 0, of: "percent" });

export function parseScaledResources(value: unknown): Parsed<ScaledResources> {
  const expected = '{ percent: 1 to 100, of: "largest" | "sum" | "container", container }';
  if (typeof value !== "object" || value === null)
    return refused(value, expected, "write an object with percent and of");
  if (containsUnknown(value)) return { value: value as ScaledResources };
  const { percent, of, container, ...rest } = value as Record<string, unknown>;
  if (Object.keys(rest).length > 0) return refused(Object.keys(rest), expected, "remove the other keys");
  const read = parsePercent(percent);
  if (!("value" in read)) return refused(percent, expected, "write a whole percentage from 1 to 100");
  const number = Number(read.value);
  if (of === "container") {
    return typeof container === "string" && /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(container)
      ? { value: { percent: number, of, container } }
      : refused(container, expected, "name the application container to scale by");
  }
  if (of !== "largest" && of !== "sum") return refused(of, expected, "choose what to take the percentage of");
  return container === undefined
    ? { value: { percent: number, of } }
    : refused(container, expected, 'remove container, or set of: "container"');
}

interface Amounts {
  limits?: Readonly<Record<string, string | number>>;
  requests?: Readonly<Record<string, string | number>>;
}

/** What the injector computes for a pod: `limits.cpu` -> "150m", bytes for memory. Undefined: the amount is removed. */
export function scaledAmounts(
  { percent, of, container: named }: ScaledResources,
  containers: readonly { name: string; resources?: Amounts }[],
): ReadonlyMap<string, string | undefined> {
  const counted = containers.filter(
    ({ name }) => name !== "istio-proxy" && (of !== "container" || name === named),
  );
  const scaled = new Map<string, string | undefined>();
  for (const resource of ["cpu", "memory"] as const) {
    const total = (kind: "limits" | "requests") => {
      const amounts = counted.map(({ resources }) => wholeUnits(resources?.[kind]?.[resource], resource));
      return amounts.reduce((a, b) => (of === "sum" ? a + b : a > b ? a : b), 0n);
    };
    const requests = total("requests");
    // the largest limit may be below another container's request
    const limits = total("limits") === 0n || total("limits") > requests ? total("limits") : requests;
    if (limits === 0n && requests === 0n) continue;
    for (const [kind, amount] of Object.entries({ limits, requests })) {
      const share = (amount * BigInt(percent) + 99n) / 100n;
      scaled.set(
        `${kind}.${resource}`,
        amount === 0n ? undefined : `${share}${resource === "cpu" ? "m" : ""}`,
      );
    }
  }
  return scaled;
}

// millicores or bytes, rounded up like Kubernetes does
function wholeUnits(amount: string | number | undefined, resource: "cpu" | "memory"): bigint {
  const nano = amount === undefined ? 0n : (nanoUnits(String(amount)) ?? 0n);
  const unit = resource === "cpu" ? 1_000_000n : 1_000_000_000n;
  return (nano + unit - 1n) / unit;
}
