import { bounds } from "../template/previewBounds.js";
import type { StoredData } from "./StoredData.js";

/** The first limit that planned data exceeds, as a message; undefined if a dry run can have it. */
export function whyOutOfBounds(
  data: string,
  { workloads = {}, profiles }: Pick<StoredData, "workloads" | "profiles">,
  config: string | undefined,
): string | undefined {
  const over = (what: string, is: number, most: number) =>
    is > most ? `${what}: expected at most ${most}, got ${is}` : undefined;
  const writes = Object.values(profiles).flatMap((profile) => profile.writes ?? []);
  const lists = writes.flatMap(({ at, is }) => (at === "always" ? Object.values(is) : []));
  const longest = (texts: readonly unknown[]) => Math.max(0, ...texts.map((text) => bytesOf(String(text))));
  return (
    over("bytes of planned settings", bytesOf(data), bounds.data) ??
    over("bytes of the pod's proxy.istio.io/config", bytesOf(config ?? ""), bounds.config) ??
    over(
      "workload layers in the namespace",
      Math.max(0, ...Object.values(workloads).map((layers) => layers.length)),
      bounds.workloads,
    ) ??
    over(
      "groups of settings of one level",
      Math.max(0, ...Object.values(profiles).map((profile) => profile.writes?.length ?? 0)),
      bounds.writes,
    ) ??
    over("bytes of a variable's name", longest(writes.map(({ own }) => own ?? "")), bounds.own) ??
    over("bytes of a list in alwaysExclude", longest(lists), bounds.always)
  );
}

export function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}
