import { allContainers, type Container, type Pod } from "../cluster/podTemplate.js";
import { canonicalJson } from "../render/Profile.js";
import { declarations } from "../settings/declarations.js";
import { parseCpu, parseMemory } from "../settings/quantity.js";

export const proxyContainer = "istio-proxy";
/** With Istio CNI the init container only checks what the node has set up. */
export const initContainers: readonly string[] = ["istio-init", "istio-validation"];

/** What settings can change on a pod: a name that people can read -> a value that compares. */
export type SidecarFields = Readonly<Record<string, string>>;

/**
 * The fields of a pod that has a sidecar; undefined for one that has none. Mounts and Istio's own variables are not among them, and
 * images only where asked for: no setting changes them.
 */
export function sidecarFields(
  pod: Pick<Pod, "spec">,
  include: readonly "image"[] = [],
): SidecarFields | undefined {
  const containers = allContainers(pod.spec);
  const proxy = containers.find(({ name }) => name === proxyContainer);
  if (!proxy) return undefined;
  const init = containers.find(({ name }) => initContainers.includes(name));
  const fields: Record<string, string> = {};
  const proxyConfig = jsonOf(proxy.env?.find(({ name }) => name === "PROXY_CONFIG")?.value);
  const metadata = jsonMap(proxyConfig.proxyMetadata);
  if (include.includes("image")) {
    put(fields, `${proxyContainer} image`, proxy.image);
    put(fields, "istio-init image", init?.image);
  }
  for (const { rendering } of declarations) {
    switch (rendering.to) {
      case "proxyValue":
        if (init) fields[argumentField(rendering)] = comparableList(argumentAfter(init, rendering.flag));
        break;
      case "proxyValueField":
        if (rendering.merge === "injection") putAmount(fields, proxy, proxyContainer, rendering.field);
        else putHook(fields, proxy, rendering.field);
        break;
      case "initResources":
        if (init) putAmount(fields, init, "istio-init", rendering.field);
        break;
      case "proxyConfig":
        put(fields, proxyConfigField(rendering.field), comparable(proxyConfig[rendering.field]));
        put(fields, envField(proxyContainer, rendering.secondsEnv), envValue(proxy, rendering.secondsEnv));
        break;
      case "proxyMetadata":
        for (const name of rendering.names) {
          put(fields, envField(proxyContainer, name), envValue(proxy, name));
          if (init) put(fields, envField("istio-init", name), envValue(init, name));
          put(fields, proxyConfigField(`proxyMetadata.${name}`), comparable(metadata[name]));
        }
        break;
    }
  }
  return fields;
}

export const amountField = (container: string, field: readonly string[]) => `${container} ${field.join(".")}`;
/** By the name that annotations and settings share: `istio-init includeInboundPorts`. */
export const argumentField = ({ annotation }: { annotation: string }) =>
  `istio-init ${annotation.split("/")[1]}`;
export const hookField = (field: readonly string[]) => `${proxyContainer} lifecycle.${field.join(".")}`;
export const envField = (container: string, name: string) => `${container} env ${name}`;
export const proxyConfigField = (field: string) => `PROXY_CONFIG ${field}`;

/** Whether the pod has an init container of Istio's, which shows in its arguments. */
export function hasInit(fields: SidecarFields): boolean {
  return Object.keys(fields).some((field) => argumentFields.has(field));
}

const argumentFields = new Set(
  declarations.flatMap(({ rendering }) => (rendering.to === "proxyValue" ? [argumentField(rendering)] : [])),
);

/** Lists mean the same in any order. */
export function comparableList(list: string): string {
  return [...new Set(list.split(",").filter((entry) => entry !== ""))]
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
    .join(",");
}

/** A hook as the API server stores it, which fills in what an httpGet leaves out. */
export function comparableHook(hook: unknown): string {
  const { httpGet, ...rest } = jsonMap(hook);
  return canonicalJson(
    httpGet ? { ...rest, httpGet: { path: "/", scheme: "HTTP", ...jsonMap(httpGet) } } : rest,
  );
}

export function comparableAmount(amount: string, resource: string): string {
  const read = resource === "cpu" ? parseCpu(amount) : parseMemory(amount);
  return "value" in read ? read.value : amount;
}

function putAmount(
  fields: Record<string, string>,
  container: Container,
  name: string,
  field: readonly string[],
): void {
  const [kind, resource] = field as ["limits" | "requests", string];
  const amount = container.resources?.[kind]?.[resource];
  if (amount !== undefined) fields[amountField(name, field)] = comparableAmount(String(amount), resource);
}

function putHook(fields: Record<string, string>, proxy: Container, field: readonly string[]): void {
  const hook = proxy.lifecycle?.[field[0] ?? ""];
  if (hook !== undefined) fields[hookField(field)] = comparableHook(hook);
}

function put(fields: Record<string, string>, name: string, value: string | undefined): void {
  if (value !== undefined) fields[name] = value;
}

function argumentAfter({ args = [] }: Container, flag: string): string {
  const at = args.indexOf(flag);
  return at < 0 ? "" : (args[at + 1] ?? "");
}

function envValue({ env = [] }: Container, name: string): string | undefined {
  return env.find((variable) => variable.name === name)?.value;
}

function comparable(value: unknown): string | undefined {
  return value === undefined ? undefined : typeof value === "string" ? value : canonicalJson(value);
}

function jsonOf(text: string | undefined): Record<string, unknown> {
  try {
    return jsonMap(JSON.parse(text ?? "{}"));
  } catch {
    return {};
  }
}

function jsonMap(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
