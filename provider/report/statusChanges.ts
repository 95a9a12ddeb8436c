import type { MeshStatus, WorkloadStatus } from "../mesh/MeshStatus.js";
import { printed } from "./printed.js";
import { detailOf, summaryOf } from "./statusReport.js";

/** What is different between two looks, a line for each workload, and the new totals at the end; nothing where nothing is. */
export function statusChanges(before: MeshStatus, after: MeshStatus): string[] {
  const [old, now] = [byName(before), byName(after)];
  const lines: string[] = [];
  for (const [name, workload] of now) {
    const was = old.get(name);
    const [from, to] = [was && sentence(was), sentence(workload)];
    if (from !== to)
      lines.push(`${name}: ${was && was.state !== workload.state ? `${was.state} -> ` : ""}${to}`);
  }
  for (const name of old.keys()) if (!now.has(name)) lines.push(`${name}: gone`);
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
  return detail === "" ? workload.state : `${workload.state} (${detail})`;
}
