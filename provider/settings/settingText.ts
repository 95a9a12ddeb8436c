import { canonicalJson } from "../data/canonicalJson.js";
import type { SettingValue } from "./declarations.js";

/** A setting's value on one line; an empty list is "none", and what nobody set a dash. */
export function settingText(value: SettingValue | undefined): string {
  if (value === undefined) return "-";
  if (value === "") return "none";
  return typeof value === "string" ? value : canonicalJson(value);
}
