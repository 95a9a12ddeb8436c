import { isRecord } from "../data/isRecord.js";
import { type Parsed, refused } from "../data/parsed.js";
import { textOf } from "../data/problem.js";
import { containsUnknown, unknownMarker } from "../data/unknown.js";

export const envoyLogLevels = ["trace", "debug", "info", "warning", "error", "critical", "off"] as const;
export const agentLogLevels = ["debug", "info", "warn", "error", "none"] as const;

/**
 * Log levels by component: text such as `misc:error,upstream:debug`, as on the command lines of Envoy and the agent, or a map.
 * Canonical is the text. `alone`: whether one level for everything is a value, as for the agent.
 */
export function parseScopedLevels(
  levels: readonly string[],
  alone: boolean,
): (value: unknown) => Parsed<string> {
  const expected = `comma-separated component:level${alone ? ", or one level for all" : ""}; levels are ${levels.join(", ")}`;
  return (value) => {
    if (containsUnknown(value)) return { value: unknownMarker };
    const parts = partsOf(value);
    if (!parts || parts.length === 0) return refused(value, expected, 'write "upstream:debug", for instance');
    const wrong = parts.filter((part) => !isScoped(part, levels, alone));
    return wrong.length > 0
      ? refused(wrong, expected, "fix these parts")
      : { value: [...new Set(parts)].join(",") };
  };
}

function isScoped(part: string, levels: readonly string[], alone: boolean): boolean {
  const match = /^(?:([a-z][a-z0-9_-]*):)?([a-z]+)$/i.exec(part);
  const [, component, level = ""] = match ?? [];
  return levels.includes(level) && (component !== undefined || alone);
}

function partsOf(value: unknown): string[] | undefined {
  if (typeof value === "string") return value.split(",").map((part) => part.trim());
  if (!isRecord(value)) return undefined;
  return Object.entries(value).map(([component, level]) => `${component}:${textOf(level)}`);
}
