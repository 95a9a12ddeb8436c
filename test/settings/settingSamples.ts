import { type CanonicalSettings, declarationFor, nested } from "../../provider/settings/canonicalSettings";
import { declarations, type SettingValue } from "../../provider/settings/declarations";
import { envoyLogLevels } from "../../provider/settings/logLevel";

/** A path of a setting for each declaration; of an open one, with a name. */
export const samplePaths: readonly string[] = declarations.map(({ path, open }) =>
  open ? `${path}.NAME` : path,
);

const one =
  (...choices: readonly SettingValue[]) =>
  (nth: number): SettingValue =>
    choices[nth % choices.length] ?? "";
const text = (nth: number) => `${nth}`;
const seconds = (nth: number) => `${nth}s`;
const texts = (nth: number) => [`name${nth}`, `(a,b){${nth}}`];
const yes = (nth: number) => nth % 2 === 1;

/** Path, or the end of it -> the `nth` value. */
const samples: Readonly<Record<string, (nth: number) => SettingValue>> = {
  cpu: text,
  memory: (nth) => `${nth}Gi`,
  outboundIPRanges: ranges,
  includeOutboundIPRanges: ranges,
  excludeOutboundIPRanges: ranges,
  includeInboundPorts: ports,
  excludeInboundPorts: ports,
  includeOutboundPorts: ports,
  excludeOutboundPorts: ports,
  inboundPorts: ports,
  outboundPorts: ports,
  excludeInterfaces: (nth) => `eth${nth},net${nth}`,
  interceptionMode: one("REDIRECT", "TPROXY"),
  postStart: (nth) => ({ sleep: { seconds: nth } }),
  preStop: (nth) => ({ sleep: { seconds: nth } }),
  terminationDrainDuration: seconds,
  drainDuration: seconds,
  minimumDrainDuration: seconds,
  exitOnZeroActiveConnections: yes,
  holdApplicationUntilProxyStarts: yes,
  nativeSidecar: yes,
  dnsProxy: yes,
  scaledResources: (nth) => ({ percent: nth, of: "container", container: "api" }),
  initialDelaySeconds: text,
  periodSeconds: text,
  "readinessProbe.failureThreshold": text,
  "startupProbe.enabled": yes,
  "startupProbe.failureThreshold": text,
  logLevel: one(...envoyLogLevels),
  componentLogLevel: (nth) => `upstream:debug,misc${nth}:error`,
  agentLogLevel: (nth) => `default:warn,ads${nth}:debug`,
  concurrency: text,
  privileged: yes,
  enableCoreDump: yes,
  seccompProfile: (nth) => ({ type: "Localhost", localhostProfile: `profiles/${nth}.json` }),
  imageType: one("default", "distroless", "debug"),
  imagePullPolicy: one("Always", "IfNotPresent", "Never"),
  inclusionPrefixes: texts,
  inclusionSuffixes: texts,
  inclusionRegexps: texts,
  extraStatTags: texts,
  sampling: (nth) => `${nth}.25`,
  "tracing.customTags.NAME": (nth) => ({ header: { name: `x-${nth}`, defaultValue: "none" } }),
  "runtimeValues.NAME": text,
  "env.NAME": (nth) => `value ${nth}`,
};

/** The `nth` of a setting's values, in canonical form; different ones for different numbers, but for those with few values. */
export function sampleValue(path: string, nth: number): SettingValue {
  const sample = samples[path] ?? samples[path.split(".").at(-1) ?? ""];
  if (!sample || !declarationFor(path)) throw new Error(`no sample for ${path}: write one here`);
  return sample(nth);
}

/** A value as people nest it: `{ capture: { includeInboundPorts: value } }`. */
export function nestedAt(path: string, value: unknown): Record<string, unknown> {
  return path.split(".").reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Record<
    string,
    unknown
  >;
}

/** All settings by path, each with its `nth` value. */
export function sampleSettings(nth: number): CanonicalSettings {
  return Object.fromEntries(samplePaths.map((path) => [path, sampleValue(path, nth)]));
}

/** The same as people nest them. */
export function everySetting(nth: number): ReturnType<typeof nested> {
  return nested(sampleSettings(nth));
}

function ranges(nth: number): string {
  return `10.${nth}.0.0/16,192.168.${nth}.0/24`;
}

function ports(nth: number): string {
  return `${8000 + nth},${9000 + nth}`;
}
