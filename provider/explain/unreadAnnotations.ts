import { sidecarTemplate } from "../configMap/sidecarTemplate.js";
import { memoize } from "../data/memoize.js";
import { declarations } from "../settings/declarations.js";

/**
 * The annotations that override settings, but not with this injector: its template, of an older release, doesn't read them. `config`: the
 * injector's `data.config`; without a template that can be read, none.
 */
export const unreadAnnotations = memoize((config: string): readonly string[] => {
  const template = config === "" ? undefined : sidecarTemplate(config);
  if (template === undefined) return [];
  const inTemplate = declarations.flatMap(({ overrides }) =>
    overrides("").flatMap((one) => (one.by === "annotation" && one.readBy !== "istiod" ? [one.name] : [])),
  );
  return inTemplate.filter((name) => !template.includes(name));
});
