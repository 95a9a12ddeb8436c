import type { MeshStatus, WorkloadStatus } from "../mesh/MeshStatus.js";
import { printed } from "./printed.js";
import { states } from "./states.js";
import { detailOf, summaryOf } from "./statusReport.js";

/** The differences between two statuses: a line per workload, then the new totals; empty if there are none. */
export function statusChanges(before: MeshStatus, after: MeshStatus): string[] {
  const [old, current] = [byName(before), byName(after)];
  const lines: string[] = [];
  for (const [name, workload] of current) {
    const former = old.get(name);
    const [from, to] = [former && sentence(former), sentence(workload)];
    if (from !== to)
      lines.push(
        `${name}: ${former && former.state !== workload.state ? `${states[former.state].name} -> ` : ""}${to}`,
      );
  }
  for (const name of old.keys()) if (!current.has(name)) lines.push(`${name}: gone`);
  return lines.length > 0 ? [...lines, summaryOf(after)] : [];
}

function byName({ namespaces }: MeshStatus): Map<string, WorkloadStatus> {
  return new Map(
    namespaces.flatMap(({ name, workloads }) =>
      workloads.map((workload) => [printed(`${name}/${workload.name}`), workload] as const),
    ),
  );
}

function sentence(workload: WorkloadStatus): string {
  const detail = printed(detailOf(workload));
  const name = states[workload.state].name;
  return detail === "" ? name : `${name} (${detail})`;
}
