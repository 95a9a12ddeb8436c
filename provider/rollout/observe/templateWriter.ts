import { fieldManager } from "../../cluster/fieldManager.js";
import { hasTemplate } from "../../cluster/hasTemplate.js";
import type { ObjectMeta } from "../../cluster/KubernetesApi.js";

/** Who else writes a workload's pod template, for messages: its owner, else the latest other field manager. */
export function templateWriter({ ownerReferences = [], managedFields = [] }: ObjectMeta): string {
  const owner = ownerReferences.find(({ controller }) => controller) ?? ownerReferences[0];
  const writers = managedFields
    .filter(({ manager, fieldsV1 }) => manager !== fieldManager && hasTemplate(fieldsV1))
    .sort((a, b) => ((a.time ?? "") < (b.time ?? "") ? 1 : -1));
  const manager = writers[0]?.manager;
  if (owner) return `its owner ${owner.kind}/${owner.name}${manager ? ` (${manager})` : ""}`;
  return manager ? `${manager}, which writes its pod template` : "another writer";
}
