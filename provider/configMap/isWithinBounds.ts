import { bounds } from "../template/previewBounds.js";
import type { StoredData } from "./StoredData.js";

/** Whether the injector's template accepts planned data on a pod. `data`: as text; `config`: the pod's `proxy.istio.io/config`. */
export function isWithinBounds(
  data: string,
  { workloads = {}, profiles }: Pick<StoredData, "workloads" | "profiles">,
  config = "",
): boolean {
  const written = Object.values(profiles).map(({ writes = [] }) => writes);
  const all = written.flat();
  const lists = all.flatMap(({ at, is }) => (at === "always" ? Object.values(is) : []));
  return (
    bytesOf(data) <= bounds.data &&
    bytesOf(config) <= bounds.config &&
    Object.values(workloads).every((layers) => layers.length <= bounds.workloads) &&
    written.every((writes) => writes.length <= bounds.writes) &&
    all.every(({ own = "" }) => bytesOf(own) <= bounds.own) &&
    lists.every((list) => bytesOf(String(list)) <= bounds.always)
  );
}

export function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}
