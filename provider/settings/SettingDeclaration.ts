import type { Parsed } from "../data/parsed.js";
import type { CustomTag } from "./customTag.js";
import type { JsonSchema } from "./JsonSchema.js";
import type { LifecycleHook } from "./lifecycleHook.js";
import type { ScaledResources } from "./scaledResources.js";
import type { SeccompProfile } from "./seccompProfile.js";

/** A setting's value in canonical form. Lists of addresses and ports are comma-separated text; numbers are text. */
export type SettingValue =
  | string
  | boolean
  | readonly string[]
  | LifecycleHook
  | CustomTag
  | ScaledResources
  | SeccompProfile;

/** The type of a value in JSON that istiod or the agent reads. Default: as is. */
export type WrittenAs = "number";

/** How a layer's setting reaches the pod. The renderer knows only this, and no setting by name. */
export type Rendering =
  /** the Helm value at a path below `global`; the rest of its map is kept */
  | { to: "value"; path: readonly string[] }
  /** added to a Helm list, and to the pod's annotation for the same list */
  | { to: "united"; path: readonly string[] }
  /** the default for what Istio's template reads only from a pod annotation */
  | { to: "annotation"; annotation: string }
  /** replaces what Istio's template reads from istiod rather than from the Helm values */
  | { to: "expression"; name: ExpressionName }
  /** resources of the init container, separate from istio-proxy's */
  | { to: "initResources"; field: readonly string[] }
  /** resources of istio-proxy as a share of the application's, computed at injection */
  | { to: "scaledResources" }
  /** a field of PROXY_CONFIG; `secondsEnv`: a variable with the same value in seconds */
  | { to: "proxyConfig"; path: readonly string[]; as?: WrittenAs; secondsEnv?: string }
  /** proxy metadata: variables of istio-proxy and the init container, and `proxyMetadata` in PROXY_CONFIG */
  | { to: "proxyMetadata"; names: readonly string[] };

/** Our names for the expressions by which Istio's template reads from istiod. */
type ExpressionName = "nativeSidecar" | "interceptionMode" | "hold" | "imageType";

export type ContainerRole = "istio-proxy" | "istio-init";

/** Where an injected pod shows a setting. */
export type PodField =
  /** the argument after a flag; `extended`: Istio adds entries of its own to the list */
  | { in: "flag"; of: ContainerRole; flag: string; label: string; list: boolean; extended?: boolean }
  /** an argument with a prefix: `--proxyLogLevel=` */
  | { in: "argument"; of: ContainerRole; prefix: string }
  /** a field of a container */
  | {
      in: "container";
      of: ContainerRole;
      path: readonly string[];
      as: "cpu" | "memory" | "hook" | "text" | "presence";
      /** The value of a field that is missing from a present map: the API server omits zeros. */
      absent?: string;
    }
  /** `seconds`: accompanies a PROXY_CONFIG field; has the layers' value even if the pod overrides the field */
  | { in: "env"; of: ContainerRole; name: string; as?: "seconds" }
  | { in: "proxyConfig"; path: readonly string[] }
  /** whether istio-proxy is an init container */
  | { in: "sidecarKind" }
  /** the variant in the image's tag */
  | { in: "imageType" };

/** How a pod overrides a setting, which wins over every layer. `withSidecarSettings` writes the first one. */
export type PodOverride =
  /** `readBy`: istiod reads it itself. Others its template has to read, which those of older releases may not do. */
  | { by: "annotation"; name: string; readBy?: "istiod" }
  /** a key of the annotation `proxy.istio.io/config`; its top-level key is overridden as a whole */
  | { by: "proxyConfig"; path: readonly string[]; as?: WrittenAs }
  /** a field of the pod's own container of the sidecar's name, which Istio merges over its own (`image: auto`) */
  | { by: "container"; of: ContainerRole; path: readonly string[] }
  /** the mere presence of such a container: Kubernetes or Istio then decides the value */
  | { by: "presence"; of: ContainerRole };

/** A field of another object, or an annotation, with the same meaning as a setting. `import` converts it. */
export interface ForeignField {
  /** `configPatches` of ASM's ASMCustomProxyConfigInjectionTemplate, Istio's ProxyConfig resource, or a pod's annotations. */
  in: "asm" | "ProxyConfig" | "annotation";
  /** Paths that must all have the same value; for annotations, just their names. */
  paths: readonly (readonly string[])[];
  /** Converts the field's value to the setting's. Default: as is. */
  read?: (value: unknown) => unknown;
}

type SettingLevel = "global" | "namespace" | "workload" | "pod";

/** A setting's documentation. */
interface About {
  /** What it sets, in one line. */
  summary: string;
  /** Istio's name for it, and where it is set. */
  istio: string;
  /** Alibaba Cloud Service Mesh's name for it, if any. */
  asm?: string;
  /** Nodes that it needs, if not any will do. Istio releases are in `releaseFacts`. */
  nodes?: string;
  /** Why it is rendered this way, if that isn't obvious. */
  why?: string;
}

/** A value that one setting requires of another at the same level. */
interface Requirement {
  path: string;
  value: SettingValue;
  /** Only this value has the requirement. */
  when: SettingValue;
  why: string;
  todo: string;
}

export interface SettingDeclaration {
  /** Its path in `SidecarSettings`; for an open setting, the path of its map. */
  path: string;
  /** Set for maps of names to values, where each entry is a setting of its own: `env.NAME`. Validates a name. */
  open?: (name: string) => Parsed<string>;
  parse: (value: unknown) => Parsed<SettingValue>;
  /** Parses what Istio accepts in annotations and objects, which is more than in settings: spaces, host bits, booleans as text. */
  parseLoose: (value: unknown) => Parsed<SettingValue>;
  /** Whether a stronger level's value replaces weaker ones, or all levels' lists are combined. */
  merge: "replace" | "unite";
  rendering: (name: string) => Rendering;
  podFields: (name: string) => readonly PodField[];
  /** If a pod has any of these, no layer's value reaches it. */
  overrides: (name: string) => readonly PodOverride[];
  /** Where else the setting can be found, besides `overrides`. */
  foreign: (name: string) => readonly ForeignField[];
  /** Annotations for other settings that drop this one, too: given one amount on a pod, Istio drops all defaults. */
  droppedBy: readonly string[];
  /** The levels at which it may be set. */
  levels: readonly SettingLevel[];
  needs?: Requirement;
  schema: JsonSchema;
  about: About;
}

export const layerLevels: readonly SettingLevel[] = ["global", "namespace", "workload"];
export const allLevels: readonly SettingLevel[] = [...layerLevels, "pod"];
