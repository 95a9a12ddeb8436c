import { parse } from "yaml";
import type { KubeApi } from "./kubeApi.js";

/** A pod that istiod injected, and what this Istio was installed with. */
export interface Installed {
  initContainers: readonly string[];
  /** The injector's `values`. */
  values: unknown;
  /** The mesh configuration. */
  mesh: unknown;
}

/** How an Istio setting shows once it is in force. */
const ways: readonly { of: RegExp; shows: (value: string, path: string, installed: Installed) => boolean }[] =
  [
    {
      of: /^components\.cni\.enabled$/,
      shows: (value, _path, { initContainers }) =>
        initContainers.includes(value === "true" ? "istio-validation" : "istio-init"),
    },
    {
      of: /^values\.(global|sidecarInjectorWebhook)\./,
      shows: (value, path, { values }) => textAt(values, path.slice("values.".length)) === value,
    },
    {
      of: /^meshConfig\./,
      shows: (value, path, { mesh }) => textAt(mesh, path.slice("meshConfig.".length)) === value,
    },
  ];

/** Settings that nobody could tell from such as Istio ignores. */
export function unseenValues(istioValues: readonly string[]): string[] {
  return istioValues.filter((setting) => !ways.some(({ of }) => of.test(split(setting).path)));
}

/** Settings that were given and are not in force. */
export function ignoredValues(istioValues: readonly string[], installed: Installed): string[] {
  return istioValues.filter((setting) => {
    const { path, value } = split(setting);
    return ways.some(({ of, shows }) => of.test(path) && !shows(value, path, installed));
  });
}

/** @param revision undefined for the default istiod */
export async function readInstalled(
  api: KubeApi,
  revision: string | undefined,
  initContainers: readonly string[],
): Promise<Installed> {
  const dataOf = async (name: string) => {
    const path = `/api/v1/namespaces/istio-system/configmaps/${name}${revision === undefined ? "" : `-${revision}`}`;
    return (await api.request<{ data: Record<string, string> }>("GET", path)).data;
  };
  const [injector, mesh] = await Promise.all([dataOf("istio-sidecar-injector"), dataOf("istio")]);
  return { initContainers, values: JSON.parse(injector.values ?? ""), mesh: parse(mesh.mesh ?? "") };
}

function split(setting: string): { path: string; value: string } {
  const [path = "", ...value] = setting.split("=");
  return { path, value: value.join("=") };
}

function textAt(root: unknown, path: string): string | undefined {
  let at = root;
  for (const key of path.split(".")) at = (at as Record<string, unknown> | undefined)?.[key];
  return at === undefined ? undefined : String(at);
}
