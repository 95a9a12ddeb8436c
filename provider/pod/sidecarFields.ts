import { allContainers, type Container, type Pod } from "../cluster/podTemplate.js";
import { canonicalJson } from "../data/canonicalJson.js";
import { recordOf } from "../data/isRecord.js";
import { memoize } from "../data/memoize.js";
import { parsedJson } from "../data/parsedJson.js";
import { valueAt } from "../data/valueAt.js";
import { declarations, type SettingValue } from "../settings/declarations.js";
import { secondsOf } from "../settings/duration.js";
import { networkRange } from "../settings/loose.js";
import { parseCpu, parseMemory } from "../settings/quantity.js";
import type { PodField } from "../settings/SettingDeclaration.js";

export const proxyContainer = "istio-proxy";
/** With Istio CNI, the init container only validates what the node has set up. */
export const initContainers: readonly string[] = ["istio-init", "istio-validation"];

/** What settings can change on a pod: display name -> comparable value. */
export type SidecarFields = Readonly<Record<string, string>>;

/**
 * The fields of a pod with a sidecar; undefined without one. Leaves out what settings don't change, such as mounts and Istio's own
 * variables. Images are included on request only, since settings just change their variant.
 */
export function sidecarFields(
  pod: Pick<Pod, "spec">,
  restartOn: readonly "image"[] = [],
): SidecarFields | undefined {
  const sidecar = sidecarOf(pod);
  if (!sidecar) return undefined;
  const fields: Record<string, string> = {};
  if (restartOn.includes("image")) {
    put(fields, `${proxyContainer}${imageSuffix}`, sidecar.proxy.image);
    put(fields, `istio-init${imageSuffix}`, sidecar.init?.image);
  }
  for (const { open, podFields } of declarations) {
    for (const name of open ? namesShown(podFields(""), sidecar.proxyConfig) : [""])
      for (const podField of podFields(name)) put(fields, fieldName(podField), seen(podField, sidecar));
  }
  return fields;
}

const imageSuffix = " image";

/** The fields that an Istio upgrade changes. */
export function imageFields(fields: SidecarFields): SidecarFields {
  return Object.fromEntries(Object.entries(fields).filter(([field]) => field.endsWith(imageSuffix)));
}

interface Sidecar {
  proxy: Container;
  init: Container | undefined;
  native: boolean;
  proxyConfig: Readonly<Record<string, unknown>>;
}

function sidecarOf({ spec }: Pick<Pod, "spec">): Sidecar | undefined {
  const containers = allContainers(spec);
  const proxy = containers.find(({ name }) => name === proxyContainer);
  if (!proxy) return undefined;
  return {
    proxy,
    init: containers.find(isValidation) ?? containers.find(({ name }) => initContainers.includes(name)),
    native: !spec.containers.includes(proxy),
    proxyConfig: recordOf(parsedJson(proxy.env?.find(({ name }) => name === "PROXY_CONFIG")?.value ?? "{}")),
  };
}

// with Istio CNI, an istio-init that the pod has itself stays beside it
function isValidation({ name, args = [] }: Container): boolean {
  return name === "istio-validation" && args.includes("--run-validation");
}

// an open setting's names are taken from PROXY_CONFIG
function namesShown(podFields: readonly PodField[], proxyConfig: unknown): string[] {
  const shown = podFields.find((podField) => podField.in === "proxyConfig");
  return shown?.in === "proxyConfig"
    ? Object.keys(recordOf(valueAt(proxyConfig, shown.path.slice(0, -1))))
    : [];
}

/** A field's display name: `istio-proxy limits.cpu`, `istio-init includeInboundPorts`, `PROXY_CONFIG concurrency`. */
export function fieldName(podField: PodField): string {
  switch (podField.in) {
    case "flag":
      return `${podField.of} ${podField.label}`;
    case "argument":
      return `${podField.of} ${podField.prefix.replace(/^--|=$/g, "")}`;
    case "container":
      return `${podField.of} ${(podField.path[0] === "resources" ? podField.path.slice(1) : podField.path).join(".")}`;
    case "env":
      return `${podField.of} env ${podField.name}`;
    case "proxyConfig":
      return `PROXY_CONFIG ${podField.path.join(".")}`;
    case "sidecarKind":
      return "istio-proxy kind";
    case "imageType":
      return "istio-proxy image type";
  }
}

/** A setting's value in a form that compares with the pod's field. */
export function comparableValue(podField: PodField, value: SettingValue): string {
  switch (podField.in) {
    case "flag":
      return podField.list ? comparableList(String(value)) : String(value);
    case "container":
      if (podField.as === "hook") return comparableHook(value);
      return podField.as === "cpu" || podField.as === "memory"
        ? comparableAmount(String(value), podField.as)
        : comparableText(value);
    case "env":
      return podField.as === "seconds" ? String(secondsOf(String(value))) : comparableText(value);
    case "sidecarKind":
      return value === true ? "native" : "classic";
    case "imageType":
      return /[/:]/.test(String(value)) ? imageTypeOf(String(value)) : String(value);
    default:
      return comparableText(value);
  }
}

const extendedFields = new Set(
  declarations.flatMap(({ podFields }) =>
    podFields("").flatMap((podField) =>
      podField.in === "flag" && podField.extended ? [fieldName(podField)] : [],
    ),
  ),
);

/** Whether a pod's field has what a setting promises; `null` means no such field. Ignores additional entries where Istio adds its own. */
export function hasPromised(field: string, promised: string | null, got: string | undefined): boolean {
  if (promised === null || got === undefined || !extendedFields.has(field)) return (got ?? null) === promised;
  const entries = new Set(got.split(","));
  return promised.split(",").every((entry) => entry === "" || entries.has(entry));
}

function seen(podField: PodField, { proxy, init, native, proxyConfig }: Sidecar): string | undefined {
  if (podField.in === "proxyConfig") return optional(valueAt(proxyConfig, podField.path), comparableText);
  if (podField.in === "sidecarKind") return native ? "native" : "classic";
  if (podField.in === "imageType") return imageTypeOf(proxy.image ?? "");
  const container = podField.of === proxyContainer ? proxy : init;
  if (!container) return undefined;
  switch (podField.in) {
    case "flag": {
      const argument = argumentAfter(container, podField.flag);
      return podField.list ? comparableList(argument) : argument;
    }
    case "argument":
      return container.args
        ?.find((argument) => argument.startsWith(podField.prefix))
        ?.slice(podField.prefix.length);
    case "env": {
      const variable = container.env?.find(({ name }) => name === podField.name);
      // the API server omits empty values
      return variable && !variable.valueFrom ? (variable.value ?? "") : undefined;
    }
    case "container": {
      const value =
        valueAt(container, podField.path) ??
        (valueAt(container, podField.path.slice(0, -1)) === undefined ? undefined : podField.absent);
      return podField.as === "presence"
        ? String(value !== undefined)
        : optional(value, (found) => comparableValue(podField, found as SettingValue));
    }
  }
}

function imageTypeOf(image: string): string {
  return /-(distroless|debug)$/.exec(image)?.[1] ?? "default";
}

export const amountField = (container: string, field: readonly string[]) => `${container} ${field.join(".")}`;

/** The pods of a mesh have few lists between them, and each is compared for every pod. */
const mostLists = 256;
const byNumber = new Intl.Collator("en", { numeric: true });

/** Normalizes a list: order, spaces and duplicates don't matter. */
export const comparableList = memoize((list: string): string => {
  const entries = list.split(",").map((entry) => networkRange(entry.trim()));
  return [...new Set(entries.filter((entry) => entry !== ""))].sort(byNumber.compare).join(",");
}, mostLists);

/** A hook as the API server stores it, with the defaults of httpGet. */
export function comparableHook(hook: unknown): string {
  const { httpGet, ...rest } = recordOf(hook);
  return canonicalJson(
    httpGet ? { ...rest, httpGet: { path: "/", scheme: "HTTP", ...recordOf(httpGet) } } : rest,
  );
}

export function comparableAmount(amount: string, resource: string): string {
  const read = resource === "cpu" ? parseCpu(amount) : parseMemory(amount);
  return "value" in read ? read.value : amount;
}

function comparableText(value: unknown): string {
  return typeof value === "string" ? value : canonicalJson(value);
}

function optional<Value>(value: unknown, read: (found: unknown) => Value): Value | undefined {
  return value === undefined ? undefined : read(value);
}

function put(fields: Record<string, string>, name: string, value: string | undefined): void {
  if (value !== undefined) fields[name] = value;
}

function argumentAfter({ args = [] }: Container, flag: string): string {
  const at = args.indexOf(flag);
  return at < 0 ? "" : (args[at + 1] ?? "");
}
