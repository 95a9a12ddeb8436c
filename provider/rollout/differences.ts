import type { SidecarFields } from "./sidecarFields.js";

export interface Difference {
  field: string;
  /** What the pod runs with; undefined when it has nothing there. */
  from: string | undefined;
  /** What the injector gives it now. */
  to: string | undefined;
}

export function differences(running: SidecarFields, expected: SidecarFields): Difference[] {
  // sorted, so that a prediction reads as the truth does
  const fields = [...new Set([...Object.keys(expected), ...Object.keys(running)])];
  return fields
    .sort((a, b) => (a < b ? 1 : -1))
    .filter((field) => running[field] !== expected[field])
    .map((field) => ({ field, from: running[field], to: expected[field] }));
}

const mostNamed = 3;

/** `3 pods: istio-proxy limits.cpu 1 -> 2, …`: what a reviewer reads about one workload. */
export function restartSentence(pods: number, found: readonly Difference[]): string {
  return `${pods} ${pods === 1 ? "pod" : "pods"}: ${differencesText(found)}`;
}

/** The first differences, and how many more there are. */
export function differencesText(found: readonly Difference[]): string {
  const named = found.filter((difference) => !isEcho(difference, found)).slice(0, mostNamed);
  const rest = found.filter((difference) => !isEcho(difference, found)).length - named.length;
  const parts = named.map(({ field, from, to }) => `${field} ${brief(from)} -> ${brief(to)}`);
  return `${parts.join(", ")}${rest > 0 ? `, ${rest} more` : ""}`;
}

// PROXY_CONFIG repeats what the variables say, and the init container what istio-proxy has
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
  if (value === undefined || value === "") return "none";
  return value.length > 60 ? `${value.slice(0, 59)}…` : value;
}
