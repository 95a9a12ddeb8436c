import type { Parsed } from "../data/parsed.js";
import { unplainParts } from "../data/plainData.js";
import type { SettingDeclaration, SettingValue } from "./SettingDeclaration.js";

/** Parses a value as written in annotations and objects into canonical form. */
export function readLoosely(
  { open, parseLoose }: SettingDeclaration,
  name: string,
  value: unknown,
): Parsed<SettingValue> {
  const named = open?.(name) ?? { value: name };
  if (!("value" in named)) return named;
  const [unplain] = unplainParts(value);
  return unplain ?? parseLoose(value);
}
