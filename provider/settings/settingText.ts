import { canonicalJson } from "../data/canonicalJson.js";
import type { SettingValue } from "./declarations.js";

/** A setting's value on one line. An empty list is "none", an unset value is a dash. */
export function settingText(value: SettingValue | undefined): string {
  if (value === undefined) return "-";
  if (value === "") return "none";
  return typeof value === "string" ? value : canonicalJson(value);
}
