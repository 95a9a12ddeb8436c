import { declarations } from "../settings/declarations.js";
import { fieldName } from "./sidecarFields.js";

const marker = "\0";

/** Field of a pod -> the setting that it shows; of an open setting, what stands before and after its name. */
const fixed = new Map<string, string>();
const open: { path: string; before: string; after: string }[] = [];
for (const { path, open: isOpen, podFields } of declarations) {
  for (const podField of podFields(isOpen ? marker : "")) {
    const field = fieldName(podField);
    const [before = "", after] = field.split(marker);
    if (after !== undefined) open.push({ path, before, after });
    // the init container may show the proxy's amounts: its own setting is declared later
    else if (!fixed.has(field)) fixed.set(field, path);
  }
}

/** The setting that a field of a pod shows: `proxyResources.limits.cpu` of `istio-proxy limits.cpu`; undefined where it shows none. */
export function settingOfField(field: string): string | undefined {
  const path = fixed.get(field);
  if (path !== undefined) return path;
  const found = open.find(
    ({ before, after }) =>
      field.length > before.length + after.length && field.startsWith(before) && field.endsWith(after),
  );
  return found && `${found.path}.${field.slice(found.before.length, field.length - found.after.length)}`;
}
