import { declarations } from "../settings/declarations.js";
import { fieldName } from "./sidecarFields.js";

const marker = "\0";

/** Pod field -> the setting that it shows. Open settings are matched by what comes before and after the name. */
const fixed = new Map<string, string>();
const open: { path: string; before: string; after: string }[] = [];
for (const { path, open: isOpen, podFields } of declarations) {
  for (const podField of podFields(isOpen ? marker : "")) {
    const field = fieldName(podField);
    const [before = "", after] = field.split(marker);
    if (after !== undefined) open.push({ path, before, after });
    // first declaration wins: the init container may show the proxy's amounts, and its own settings are declared later
    else if (!fixed.has(field)) fixed.set(field, path);
  }
}

/** The setting that a pod field shows: `proxyResources.limits.cpu` for `istio-proxy limits.cpu`; undefined if none. */
export function settingOfField(field: string): string | undefined {
  const path = fixed.get(field);
  if (path !== undefined) return path;
  const found = open.find(
    ({ before, after }) =>
      field.length > before.length + after.length && field.startsWith(before) && field.endsWith(after),
  );
  return found && `${found.path}.${field.slice(found.before.length, field.length - found.after.length)}`;
}
