import { stringify } from "yaml";
import type { Imported, ImportNote } from "../mesh/importedSettings.js";
import { printed } from "./printed.js";

/** A settings file, with an account of its sources as comments. */
export function importedFile(
  { global, namespaces, workloads, taken, leftAlone }: Imported,
  server: string,
): string {
  const content = {
    ...(global ? { global } : {}),
    ...(Object.keys(namespaces).length > 0 ? { namespaces } : {}),
    ...(Object.keys(workloads).length > 0 ? { workloads: flattened(workloads) } : {}),
  };
  const comments = [
    `# Sidecar settings that ${printed(server)} has without this file. Pods keep what they have: their own annotations win,`,
    "# and until those are taken off, the settings below change nothing for the pods that they come from.",
    ...block("Taken over:", taken),
    ...block("Left alone:", leftAlone),
  ];
  const text =
    Object.keys(content).length > 0
      ? stringify(content, { aliasDuplicateObjects: false, lineWidth: 0 })
      : "# nothing to import\n";
  return `# yaml-language-server: $schema=./node_modules/pulumi-istio-sidecar/settings.schema.json\n${comments.join("\n")}\n${text}`;
}

function flattened(workloads: Imported["workloads"]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(workloads).map(([name, { settings, ...rest }]) => [name, { ...rest, ...settings }]),
  );
}

function block(title: string, notes: readonly ImportNote[]): string[] {
  if (notes.length === 0) return [];
  return ["#", `# ${title}`, ...notes.map(({ where, says }) => `#   ${printed(where)}: ${printed(says)}`)];
}
