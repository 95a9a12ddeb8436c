import { count } from "../data/count.js";
import { shortened } from "../data/shortened.js";
import { inOrder } from "../settings/canonicalSettings.js";
import { settingOfField } from "./settingOfField.js";
import type { SidecarFields } from "./sidecarFields.js";

export interface Difference {
  field: string;
  /** The running pod's value; undefined if it lacks the field. */
  from: string | undefined;
  /** What the injector would inject now. */
  to: string | undefined;
}

export function differences(running: SidecarFields, expected: SidecarFields): Difference[] {
  // sorted for stable output
  const fields = [...new Set([...Object.keys(expected), ...Object.keys(running)])];
  return fields
    .sort((a, b) => (a < b ? 1 : -1))
    .filter((field) => running[field] !== expected[field])
    .map((field) => ({ field, from: running[field], to: expected[field] }));
}

const mostNamed = 3;
/** Pulumi truncates text in previews at 150 characters. */
const longestText = 140;
const longestValue = 40;

/** `3 pods: proxyResources.limits.cpu 1 -> 2, …`: one workload's line in a preview. */
export function restartSentence(pods: number, found: readonly Difference[]): string {
  return `${count(pods, "pod")}: ${differencesText(found)}`;
}

/** The first differences, by setting, and how many more there are. At most 140 characters. */
export function differencesText(found: readonly Difference[]): string {
  const all = bySetting(found.filter((difference) => !isEcho(difference, found)));
  const named: string[] = [];
  let length = 0;
  for (const { field, from, to } of all.slice(0, mostNamed)) {
    const text = `${field} ${brief(from)} -> ${brief(to)}`;
    if (named.length > 0 && length + text.length > longestText - ", 99 more".length) break;
    named.push(text);
    length += text.length + 2;
  }
  const rest = all.length - named.length;
  return shortened(`${named.join(", ")}${rest > 0 ? `, ${rest} more` : ""}`, longestText);
}

/** One difference per setting, in declaration order; then fields without a setting, such as images. */
function bySetting(found: readonly Difference[]): Difference[] {
  const settings = new Map<string, Difference>();
  const others: Difference[] = [];
  for (const { field, from, to } of found) {
    const setting = settingOfField(field);
    if (setting === undefined) others.push({ field, from, to });
    // PROXY_CONFIG has values as users write them: 10s, while a variable has 10
    else if (!settings.has(setting) || field.startsWith("PROXY_CONFIG "))
      settings.set(setting, { field: setting, from, to });
  }
  return [...inOrder(settings.keys()).flatMap(({ path }) => settings.get(path) ?? []), ...others];
}

// PROXY_CONFIG repeats the variables, and the init container repeats istio-proxy's values
function isEcho({ field, from, to }: Difference, found: readonly Difference[]): boolean {
  const said = (other: string) =>
    found.some(
      (difference) => difference.field === other && difference.from === from && difference.to === to,
    );
  if (
    field.startsWith("istio-init limits") ||
    field.startsWith("istio-init requests") ||
    field.startsWith("istio-init env")
  )
    return said(field.replace("istio-init", "istio-proxy"));
  return (
    field.startsWith("PROXY_CONFIG proxyMetadata.") &&
    said(`istio-proxy env ${field.slice("PROXY_CONFIG proxyMetadata.".length)}`)
  );
}

function brief(value: string | undefined): string {
  return value === undefined || value === "" ? "none" : shortened(value, longestValue);
}
