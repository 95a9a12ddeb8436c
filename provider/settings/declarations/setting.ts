import {
  allLevels,
  layerLevels,
  type PodWay,
  type Rendering,
  type SettingDeclaration,
  type Sight,
} from "../SettingDeclaration.js";

type Fixed = Omit<
  SettingDeclaration,
  "open" | "merge" | "rendering" | "sights" | "podWays" | "droppedBy" | "levels" | "needs"
> &
  Partial<Pick<SettingDeclaration, "merge" | "droppedBy" | "levels" | "needs">> & {
    rendering: Rendering;
    sights: readonly Sight[];
    podWays: readonly PodWay[];
  };

/** A setting with a name of its own. */
export function setting({ rendering, sights, podWays, ...rest }: Fixed): SettingDeclaration {
  return {
    merge: "replace",
    droppedBy: [],
    levels: podWays.length > 0 ? allLevels : layerLevels,
    ...rest,
    rendering: () => rendering,
    sights: () => sights,
    podWays: () => podWays,
  };
}

type Open = Omit<SettingDeclaration, "merge" | "droppedBy" | "levels" | "open"> &
  Required<Pick<SettingDeclaration, "open">>;

/** A map of names to values, each merged by itself. */
export function openSetting(rest: Open): SettingDeclaration {
  return { merge: "replace", droppedBy: [], levels: allLevels, ...rest };
}

/** A field of ProxyConfig, which reaches the pod in PROXY_CONFIG. */
export function proxyConfigSetting(
  given: Omit<Fixed, "rendering" | "sights" | "podWays"> & {
    field: readonly string[];
    as?: "number";
    secondsEnv?: string;
  },
): SettingDeclaration {
  const { field, as, secondsEnv, ...rest } = given;
  const written = as === undefined ? {} : { as };
  return setting({
    ...rest,
    rendering: { to: "proxyConfig", path: field, ...written, ...(secondsEnv ? { secondsEnv } : {}) },
    sights: [
      { in: "proxyConfig", path: field },
      ...(secondsEnv ? [{ in: "env", of: "istio-proxy", name: secondsEnv, as: "seconds" } as const] : []),
    ],
    podWays: [{ by: "proxyConfig", path: field, ...written }],
  });
}

/** Variables that all have the setting's value, on both containers and in PROXY_CONFIG. */
export function proxyMetadataSetting(
  given: Omit<Fixed, "rendering" | "sights" | "podWays"> & { names: readonly string[] },
): SettingDeclaration {
  const { names, ...rest } = given;
  return setting({
    ...rest,
    rendering: { to: "proxyMetadata", names },
    sights: names.flatMap(proxyMetadataSights),
    podWays: names.map((name) => ({ by: "proxyConfig", path: ["proxyMetadata", name] }) as const),
  });
}

export function proxyMetadataSights(name: string): readonly Sight[] {
  return [
    { in: "env", of: "istio-proxy", name },
    { in: "env", of: "istio-init", name },
    { in: "proxyConfig", path: ["proxyMetadata", name] },
  ];
}
