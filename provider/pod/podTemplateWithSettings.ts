import { type Document, isMap, isScalar } from "yaml";
import type { Container, PodTemplate } from "../cluster/podTemplate.js";
import { isRecord } from "../data/isRecord.js";
import { type Problem, shown } from "../data/problem.js";
import { putAt } from "../data/putAt.js";
import { quotesCarry, yamlCarries } from "../data/yamlCarries.js";
import { contentOf, yamlText } from "../data/yamlText.js";
import { type CanonicalSettings, type SettingEntry, settingEntries } from "../settings/canonicalSettings.js";
import { resourceAnnotations } from "../settings/resourceAnnotations.js";
import type { ContainerRole, PodOverride } from "../settings/SettingDeclaration.js";
import { ownKeys, proxyConfigAnnotation } from "./podAnnotations.js";

export interface PodSettingsOptions {
  /** Whether the mesh uses Istio CNI, whose init container has another name. Default: false. */
  cni?: boolean;
}

/**
 * Adds settings to a pod template: as Istio's annotations if there are any, otherwise through a container of the sidecar's name with
 * `image: auto`, which Istio merges over its own. Whatever else the template sets is kept.
 */
export function podTemplateWithSettings<Template extends PodTemplate>(
  template: Template,
  settings: CanonicalSettings,
  { cni = false }: PodSettingsOptions = {},
): { template: Template; problems: Problem[] } {
  const entries = settingEntries(settings);
  const problems = [
    ...entries.flatMap(notForPods),
    ...entries.flatMap(notInAnnotations),
    ...withoutInit(entries, template),
  ];
  if (problems.length > 0) return { template, problems };
  const annotations: Record<string, string> = { ...template.metadata?.annotations };
  const overlays = new Map<ContainerRole, Record<string, unknown>>();
  for (const entry of entries) {
    for (const override of overridesToWrite(entry, entries, annotations)) {
      if (override.by === "annotation") annotations[override.name] = String(entry.value);
      else if (override.by === "proxyConfig") {
        const value = typed(entry, override);
        const problem = putInConfig(annotations, override.path, value);
        if (problem) problems.push({ ...problem, path: entry.path });
      } else if (override.by === "container") {
        const overlay = overlays.get(override.of) ?? {};
        overlays.set(override.of, overlay);
        putAt(overlay, override.path, entry.value);
      }
    }
  }
  const annotated = Object.keys(annotations).length > 0 ? { annotations } : {};
  return {
    template: {
      ...template,
      metadata: { ...template.metadata, ...annotated },
      spec: withOverlays(template.spec, overlays, cni),
    },
    problems,
  };
}

function notForPods({ path, value, declaration }: SettingEntry): Problem[] {
  return declaration.levels.includes("pod")
    ? []
    : [
        {
          path,
          got: shown(value),
          expected: "a setting that a pod can have",
          todo: "use WorkloadSidecarSettings, which reaches the same pods by their labels",
        },
      ];
}

// Istio's template puts the annotation's variables between quotes without escaping; invalid YAML makes the injector deny the pod
function notInAnnotations({ path, value, declaration, name }: SettingEntry): Problem[] {
  const [override] = declaration.overrides(name);
  if (override?.by !== "proxyConfig") return [];
  const isVariable = override.path[0] === "proxyMetadata";
  return textsIn(value).every(isVariable ? quotesCarry : yamlCarries)
    ? []
    : [
        {
          path,
          got: shown(value),
          expected: isVariable
            ? "text on one line without quotes and backslashes, since Istio supports no other in a pod's annotation"
            : "text of characters that YAML can print, since Istio supports no other in a pod's annotation",
          todo: "use WorkloadSidecarSettings, which supports any text",
        },
      ];
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function withoutInit(entries: readonly SettingEntry[], { metadata }: PodTemplate): Problem[] {
  if (metadata?.annotations?.["sidecar.istio.io/interceptionMode"] !== "NONE") return [];
  return entries.flatMap(({ path, value, declaration, name }) => {
    const [override] = declaration.overrides(name);
    return override?.by === "container" && override.of === "istio-init"
      ? [
          {
            path,
            got: shown(value),
            expected: "settings of a container that the pod gets",
            todo: "remove it: with interception mode NONE, there is no init container",
          },
        ]
      : [];
  });
}

// one resource annotation makes Istio drop all other amounts, so use annotations only for all four; a container is merged per field
function overridesToWrite(
  { declaration, name }: SettingEntry,
  entries: readonly SettingEntry[],
  annotations: Readonly<Record<string, string>>,
): readonly PodOverride[] {
  const overrides = declaration.overrides(name);
  const [first] = overrides;
  if (first?.by === "annotation" && resourceAnnotations.includes(first.name)) {
    const annotated = new Set(
      entries.flatMap((entry) => {
        const override = entry.declaration.overrides(entry.name)[0];
        return override?.by === "annotation" ? [override.name] : [];
      }),
    );
    const all = resourceAnnotations.every((one) => annotated.has(one));
    const begun = resourceAnnotations.some((one) => annotations[one] !== undefined);
    return all || begun ? [first] : overrides.filter(({ by }) => by === "container").slice(0, 1);
  }
  // a setting may have several variables, which are all written
  return first?.by === "proxyConfig"
    ? overrides.filter(({ by }) => by === "proxyConfig")
    : overrides.slice(0, 1);
}

function typed({ value }: SettingEntry, override: PodOverride & { by: "proxyConfig" }): unknown {
  if (override.as === "number") return Number(value);
  return override.path[0] === "proxyMetadata" ? String(value) : value;
}

// multi-line text in quotes: Go's YAML parser rejects a block that begins with a tab
const annotationStyle = {
  lineWidth: 0,
  blockQuote: false,
  doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
};

/** Sets a value in the annotation's YAML or JSON, keeping comments and other keys. */
function putInConfig(
  annotations: Record<string, string>,
  path: readonly string[],
  value: unknown,
): Omit<Problem, "path"> | undefined {
  const text = annotations[proxyConfigAnnotation] ?? "";
  const read = yamlText(text);
  const { document } = read;
  const [field = "", ...rest] = path;
  const written = ownKeys(field)
    .split("|")
    .find((key) => isMap(document.contents) && document.has(key));
  const keys = [written ?? field, ...rest];
  if (!("content" in contentOf(read)) || !leadsThroughMaps(document, keys)) {
    return {
      got: `the pod's ${proxyConfigAnnotation}: ${shown(text)}`,
      expected: "YAML or JSON of ProxyConfig",
      todo: "fix the annotation",
    };
  }
  document.setIn(keys, document.createNode(value));
  annotations[proxyConfigAnnotation] = document.toString(annotationStyle);
  return undefined;
}

// no key can be set below an alias, a list or a scalar; an empty value becomes a map
function leadsThroughMaps(document: Document.Parsed, keys: readonly string[]): boolean {
  return keys.every((_, at) => {
    const node = at === 0 ? document.contents : document.getIn(keys.slice(0, at), true);
    return node === undefined || node === null || isMap(node) || (isScalar(node) && node.value === null);
  });
}

function withOverlays<Spec extends PodTemplate["spec"]>(
  spec: Spec,
  overlays: ReadonlyMap<ContainerRole, Record<string, unknown>>,
  cni: boolean,
): Spec {
  const proxy = overlays.get("istio-proxy");
  const init = overlays.get("istio-init");
  const isNative = (spec.initContainers ?? []).some(({ name }) => name === "istio-proxy");
  const containers = proxy && !isNative ? overlaid(spec.containers, "istio-proxy", proxy) : spec.containers;
  let initContainers = spec.initContainers;
  if (proxy && isNative) initContainers = overlaid(initContainers ?? [], "istio-proxy", proxy);
  if (init) initContainers = overlaid(initContainers ?? [], cni ? "istio-validation" : "istio-init", init);
  return { ...spec, containers, ...(initContainers ? { initContainers } : {}) };
}

function overlaid(
  containers: readonly Container[],
  name: string,
  overlay: Record<string, unknown>,
): Container[] {
  const present = containers.find((container) => container.name === name);
  const merged = deeplyMerged(present ?? { name, image: "auto" }, overlay) as unknown as Container;
  return present
    ? containers.map((container) => (container === present ? merged : container))
    : [...containers, merged];
}

function deeplyMerged(base: object, over: object): Record<string, unknown> {
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = result[key];
    // a hook is one value: merged, it could have two handlers, which Kubernetes rejects
    const isHook = key === "postStart" || key === "preStop";
    result[key] = isRecord(value) && isRecord(below) && !isHook ? deeplyMerged(below, value) : value;
  }
  return result;
}
