import type { Parsed } from "../data/parsed.js";
import type { CustomTag } from "./customTag.js";
import type { JsonSchema } from "./JsonSchema.js";
import type { LifecycleHook } from "./lifecycleHook.js";
import type { ScaledResources } from "./scaledResources.js";
import type { SeccompProfile } from "./seccompProfile.js";

/** The canonical form of one setting's value. Lists of addresses and ports are text with commas; numbers are text. */
export type SettingValue =
  | string
  | boolean
  | readonly string[]
  | LifecycleHook
  | CustomTag
  | ScaledResources
  | SeccompProfile;

/** How a value is written where types matter: JSON that istiod or the agent reads. Default: as it is. */
export type WrittenAs = "number";

/** How a layer's setting reaches the pod; rendering reads this and knows no setting by name. */
export type Rendering =
  /** the Helm value at a path below `global`, the rest of its map kept */
  | { to: "value"; path: readonly string[] }
  /** added to a Helm list, and to the pod's own annotation of that meaning */
  | { to: "united"; path: readonly string[] }
  /** what Istio's template asks of the pod's own annotation only: the default where the pod has none */
  | { to: "annotation"; annotation: string }
  /** what Istio's template asks istiod and not the Helm values */
  | { to: "expression"; name: ExpressionName }
  /** resources of the init container apart from istio-proxy's */
  | { to: "initResources"; field: readonly string[] }
  /** resources of istio-proxy in proportion to the application's, computed at injection */
  | { to: "scaledResources" }
  /** a field of PROXY_CONFIG, and variables that follow it */
  | { to: "proxyConfig"; path: readonly string[]; as?: WrittenAs; secondsEnv?: string }
  /** proxy metadata: variables of istio-proxy and the init container, and `proxyMetadata` of PROXY_CONFIG */
  | { to: "proxyMetadata"; names: readonly string[] };

/** Istio's own words for what its template reads from istiod, by the names that rendering gives them. */
export type ExpressionName = "nativeSidecar" | "interceptionMode" | "hold" | "imageType";

export type ContainerRole = "istio-proxy" | "istio-init";

/** Where an injected pod shows a setting. */
export type PodField =
  /** the argument after a flag; `extended`: a list to which Istio adds entries of its own */
  | { in: "flag"; of: ContainerRole; flag: string; label: string; list: boolean; extended?: boolean }
  /** an argument with a prefix: `--proxyLogLevel=` */
  | { in: "argument"; of: ContainerRole; prefix: string }
  /** a field of a container */
  | {
      in: "container";
      of: ContainerRole;
      path: readonly string[];
      as: "cpu" | "memory" | "hook" | "text" | "presence";
      /** What a field means that is not there though its map is: the API server leaves out zeros. */
      absent?: string;
    }
  /** `seconds`: beside a field of PROXY_CONFIG, written with layers and not with what the pod says of the field */
  | { in: "env"; of: ContainerRole; name: string; as?: "seconds" }
  | { in: "proxyConfig"; path: readonly string[] }
  /** whether istio-proxy is an init container */
  | { in: "sidecarKind" }
  /** the variant in the image's tag */
  | { in: "imageType" };

/** How a pod says a setting itself, which wins over every layer. The first way is the one that is written. */
export type PodOverride =
  | { by: "annotation"; name: string }
  /** a key of the annotation `proxy.istio.io/config`, whole or not at all at its top */
  | { by: "proxyConfig"; path: readonly string[]; as?: WrittenAs }
  /** a field of a container of the sidecar's name in the pod, which Istio merges over its own (`image: auto`) */
  | { by: "container"; of: ContainerRole; path: readonly string[] }
  /** such a container's being there at all: Kubernetes or Istio then decide the rest */
  | { by: "presence"; of: ContainerRole };

/** A field of another object, or an annotation, that means what a setting means; `import` takes it over. */
export interface ForeignField {
  /** `configPatches` of ASM's ASMCustomProxyConfigInjectionTemplate, Istio's ProxyConfig resource, or a pod's annotations. */
  in: "asm" | "ProxyConfig" | "annotation";
  /** Places that all have to say the same; of annotations, their names alone. */
  paths: readonly (readonly string[])[];
  /** The setting's own form of the field's value. Default: the value as it is. */
  read?: (value: unknown) => unknown;
}

export type SettingLevel = "global" | "namespace" | "workload" | "pod";

/** What people read about a setting, in documentation. */
export interface About {
  /** What it sets, in one line. */
  summary: string;
  /** Istio's own name for it, with the place where Istio has it. */
  istio: string;
  /** Alibaba Cloud Service Mesh's name for it, where it has one. */
  asm?: string;
  /** The nodes that it needs, where not all do. Releases of Istio are in `releaseFacts`. */
  nodes?: string;
  /** Why it is rendered as it is, where that is not obvious. */
  why?: string;
}

/** The value of one setting that another one can't do without at the same level. */
export interface Requirement {
  path: string;
  value: SettingValue;
  /** Only this value of the setting needs it. */
  when: SettingValue;
  why: string;
  todo: string;
}

export interface SettingDeclaration {
  /** Where it stands in `SidecarSettings`; of an open one, the map of names. */
  path: string;
  /** A map of names to values, each of them a setting of its own: `env.NAME`. The check of a name, or why it can't be one. */
  open?: (name: string) => Parsed<string>;
  parse: (value: unknown) => Parsed<SettingValue>;
  /** Reads a value as Istio reads it in annotations and objects, which allows more than settings do: spaces, host bits, text for booleans. */
  parseLoose: (value: unknown) => Parsed<SettingValue>;
  /** Stronger levels replace the value, or all levels' values are united. */
  merge: "replace" | "unite";
  rendering: (name: string) => Rendering;
  podFields: (name: string) => readonly PodField[];
  /** Any of these on a pod and no layer's value reaches it. */
  overrides: (name: string) => readonly PodOverride[];
  /** Where else the setting can be found, apart from `overrides`. */
  foreign: (name: string) => readonly ForeignField[];
  /** Annotations of other settings that take this one away as well: one amount on a pod, and Istio drops all defaults. */
  droppedBy: readonly string[];
  /** The levels that may have it. */
  levels: readonly SettingLevel[];
  needs?: Requirement;
  schema: JsonSchema;
  about: About;
}

export const layerLevels: readonly SettingLevel[] = ["global", "namespace", "workload"];
export const allLevels: readonly SettingLevel[] = [...layerLevels, "pod"];
