import type { Problem } from "../data/problem.js";
import { isUnknown } from "../data/unknown.js";
import { type CanonicalSettings, settingEntries } from "./canonicalSettings.js";
import { within } from "./cidr.js";
import { listEntries } from "./list.js";
import { compareQuantities } from "./quantity.js";

const captureOpposites = [
  ["capture.includeOutboundIPRanges", "capture.excludeOutboundIPRanges", within],
  ["capture.includeInboundPorts", "capture.excludeInboundPorts", inBoth],
  ["capture.includeOutboundPorts", "capture.excludeOutboundPorts", inBoth],
] as const;

const resourceGroups = ["proxyResources", "initResources"] as const;

/** Contradictions between settings of one level that are each valid. */
export function conflicts(settings: CanonicalSettings): Problem[] {
  return [...captureConflicts(settings), ...resourceConflicts(settings), ...missingCompanions(settings)];
}

/** Settings that have no effect without another one at the same level. */
export function missingCompanions(settings: CanonicalSettings): Problem[] {
  return settingEntries(settings).flatMap(({ path, value, declaration: { needs } }) => {
    if (!needs || value !== needs.when) return [];
    const beside = settings[needs.path];
    if (beside === needs.value || isUnknown(beside)) return [];
    return [
      {
        path,
        got: `${String(value)}, without ${needs.path}: ${String(needs.value)}`,
        expected: `${needs.path}: ${String(needs.value)} at the same level, since ${needs.why}`,
        todo: needs.todo,
      },
    ];
  });
}

/**
 * Entries in both an include list and its exclude list: one of the two does nothing. A part of an included range may be excluded, since
 * excluded ranges come first.
 */
export function captureConflicts(settings: CanonicalSettings): Problem[] {
  return captureOpposites.flatMap(([includePath, excludePath, shared]) => {
    const [include, exclude] = [knownText(settings[includePath]), knownText(settings[excludePath])];
    if (include === undefined || exclude === undefined || include === "*") return [];
    const both = shared(listEntries(include), listEntries(exclude));
    if (both.length === 0) return [];
    return [
      {
        path: excludePath,
        got: `${both.join(", ")}, also in ${includePath}`,
        expected: "each entry in only one of the two lists",
        todo: `remove ${both.length === 1 ? "it" : "them"} from one list`,
      },
    ];
  });
}

/** Requests above limits. Check merged settings as well: a request and its limit may come from different levels. */
export function resourceConflicts(settings: CanonicalSettings): Problem[] {
  return resourceGroups.flatMap((group) =>
    (["cpu", "memory"] as const).flatMap((resource) => {
      // the init container defaults to the proxy's amounts
      const amount = (kind: string) =>
        knownText(settings[`${group}.${kind}.${resource}`] ?? settings[`proxyResources.${kind}.${resource}`]);
      const own = ["limits", "requests"].some(
        (kind) => settings[`${group}.${kind}.${resource}`] !== undefined,
      );
      const [limit, request] = [amount("limits"), amount("requests")];
      if (!own || limit === undefined || request === undefined || compareQuantities(request, limit) <= 0)
        return [];
      return [
        {
          path: `${group}.requests.${resource}`,
          got: `a ${resource} request of ${request} above the limit of ${limit}`,
          expected: "a request no higher than its limit",
          todo: "raise the limit or lower the request: Kubernetes would reject every pod",
        },
      ];
    }),
  );
}

function inBoth(ports: readonly string[], others: readonly string[]): string[] {
  const known = new Set(others);
  return ports.filter((port) => known.has(port));
}

function knownText(value: unknown): string | undefined {
  return typeof value === "string" && !isUnknown(value) ? value : undefined;
}
