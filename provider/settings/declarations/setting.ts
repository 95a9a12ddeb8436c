import { parseLoosely } from "../loose.js";
import {
  allLevels,
  type ContainerRole,
  type ForeignField,
  layerLevels,
  type PodField,
  type PodOverride,
  type Rendering,
  type SettingDeclaration,
} from "../SettingDeclaration.js";

type Fixed = Pick<SettingDeclaration, "path" | "parse" | "schema" | "about"> &
  Partial<Pick<SettingDeclaration, "parseLoose" | "merge" | "droppedBy" | "levels" | "needs">> & {
    foreign?: readonly ForeignField[];
    rendering: Rendering;
    podFields: readonly PodField[];
    overrides: readonly PodOverride[];
  };

/** A setting with a fixed name. */
export function setting({
  rendering,
  podFields,
  overrides,
  foreign = [],
  ...rest
}: Fixed): SettingDeclaration {
  return {
    parseLoose: parseLoosely(rest.parse),
    merge: "replace",
    droppedBy: [],
    levels: overrides.length > 0 ? allLevels : layerLevels,
    ...rest,
    rendering: () => rendering,
    podFields: () => podFields,
    overrides: () => overrides,
    foreign: () => foreign,
  };
}

/** The field of a container that shows a setting, and by which a pod that has the container overrides it. */
export function containerField(
  of: ContainerRole,
  path: readonly string[],
  as: Extract<PodField, { in: "container" }>["as"],
): { podFields: [PodField]; overrides: [PodOverride] } {
  return { podFields: [{ in: "container", of, path, as }], overrides: [{ by: "container", of, path }] };
}

type Open = Omit<SettingDeclaration, "parseLoose" | "merge" | "droppedBy" | "levels" | "open"> &
  Required<Pick<SettingDeclaration, "open">>;

/** A map of names to values, each merged separately. */
export function openSetting(rest: Open): SettingDeclaration {
  return {
    parseLoose: parseLoosely(rest.parse),
    merge: "replace",
    droppedBy: [],
    levels: allLevels,
    ...rest,
  };
}

/** A ProxyConfig field, which reaches the pod in PROXY_CONFIG. */
export function proxyConfigSetting(
  given: Omit<Fixed, "rendering" | "podFields" | "overrides"> & {
    field: readonly string[];
    as?: "number";
    secondsEnv?: string;
  },
): SettingDeclaration {
  const { field, as, secondsEnv, foreign = [], ...rest } = given;
  const written = as === undefined ? {} : { as };
  return setting({
    ...rest,
    foreign: [{ in: "asm", paths: [field] }, ...foreign],
    rendering: { to: "proxyConfig", path: field, ...written, ...(secondsEnv ? { secondsEnv } : {}) },
    podFields: [
      { in: "proxyConfig", path: field },
      ...(secondsEnv ? [{ in: "env", of: "istio-proxy", name: secondsEnv, as: "seconds" } as const] : []),
    ],
    overrides: [{ by: "proxyConfig", path: field, ...written }],
  });
}

/** A setting whose value goes to several variables, on both containers and in PROXY_CONFIG. */
export function proxyMetadataSetting(
  given: Omit<Fixed, "rendering" | "podFields" | "overrides"> & { names: readonly string[] },
): SettingDeclaration {
  const { names, foreign = [], ...rest } = given;
  return setting({
    ...rest,
    foreign: [...proxyMetadataForeign(...names), ...foreign],
    rendering: { to: "proxyMetadata", names },
    podFields: names.flatMap(proxyMetadataPodFields),
    overrides: names.map((name) => ({ by: "proxyConfig", path: ["proxyMetadata", name] }) as const),
  });
}

/** Where the variables are in Istio's ProxyConfig resource and in ASM. */
export function proxyMetadataForeign(...names: string[]): readonly ForeignField[] {
  return [
    { in: "ProxyConfig", paths: names.map((name) => ["environmentVariables", name]) },
    { in: "asm", paths: names.map((name) => ["proxyMetadata", name]) },
  ];
}

export function proxyMetadataPodFields(name: string): readonly PodField[] {
  return [
    { in: "env", of: "istio-proxy", name },
    { in: "env", of: "istio-init", name },
    { in: "proxyConfig", path: ["proxyMetadata", name] },
  ];
}
