import { type Parsed, refused } from "../data/parsed.js";
import { textOf } from "../data/problem.js";

export const envoyLogLevels = ["trace", "debug", "info", "warning", "error", "critical", "off"] as const;
export const agentLogLevels = ["debug", "info", "warn", "error", "none"] as const;

/**
 * Levels by component, as Envoy and the agent take them on their command lines: text `misc:error,upstream:debug`, or a map.
 * Canonical is the text. The agent also takes one level for everything.
 */
export function parseScopedLevels(
  levels: readonly string[],
  alone: boolean,
): (value: unknown) => Parsed<string> {
  const expected = `component:level with commas${alone ? ", or one level for all" : ""}; levels are ${levels.join(", ")}`;
  return (value) => {
    const parts = partsOf(value);
    if (!parts || parts.length === 0) return refused(value, expected, 'write for instance "upstream:debug"');
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
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.entries(value).map(([component, level]) => `${component}:${textOf(level)}`);
}
