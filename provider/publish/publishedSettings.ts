import { Document, isMap, isScalar, isSeq, type Pair, type YAMLMap } from "yaml";
import type { NestedSettings } from "../settings/canonicalSettings.js";

/** Effective settings as YAML for a team, each value with the level it comes from. */
export function publishedSettings(
  effective: NestedSettings,
  sources: Readonly<Record<string, string>>,
): string {
  const document = new Document(effective);
  document.commentBefore =
    " Sidecar settings that new pods of this namespace get, and the level that each comes from.\n A pod's own annotations win over all of them, and another template, webhook or policy may overrule them:\n npx sidecar-settings explain deployment/NAME says what one workload's pods have. Written by pulumi-istio-sidecar.";
  if (isMap(document.contents)) annotate(document.contents, [], sources);
  return document.toString({ lineWidth: 0 });
}

function annotate(map: YAMLMap, path: readonly string[], sources: Readonly<Record<string, string>>): void {
  for (const item of map.items as Pair[]) {
    const at = [...path, String(isScalar(item.key) ? item.key.value : item.key)];
    const source = sources[at.join(".")];
    if (source !== undefined && isScalar(item.value)) item.value.comment = ` ${source}`;
    else if (source !== undefined && (isMap(item.value) || isSeq(item.value)))
      item.value.commentBefore = ` ${source}`;
    else if (isMap(item.value)) annotate(item.value, at, sources);
  }
}
