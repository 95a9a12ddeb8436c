import type { PodTemplate } from "../cluster/podTemplate.js";
import type { Level } from "../levels/effectiveSettings.js";
import type { SettingValue } from "../settings/declarations.js";
import { secondsOf } from "../settings/duration.js";
import { nanoUnits } from "../settings/quantity.js";

type Values = Readonly<Record<string, SettingValue | undefined>>;

/** Settings that are each right and together do what people rarely want. */
export function sidecarWarnings(
  { spec }: PodTemplate,
  values: Values,
  sources: ReadonlyMap<string, Level>,
  native: boolean | undefined,
): string[] {
  return [
    ...lostHooks(values, native),
    ...holdWithoutRestart(spec.restartPolicy, values, native),
    ...tooManyThreads(values),
    ...excludesWithoutEffect(values, sources),
    ...drainBeyondGrace(spec.terminationGracePeriodSeconds, values),
  ];
}

function lostHooks(values: Values, native: boolean | undefined): string[] {
  const hooks = ["lifecycle.postStart", "lifecycle.preStop"].filter((path) => values[path] !== undefined);
  const isNative = values.nativeSidecar ?? native;
  if (hooks.length === 0 || isNative === false) return [];
  return JSON.stringify(values["lifecycle.preStop"] ?? "").includes("drain")
    ? []
    : [
        `${hooks.join(" and ")}: any hook takes away Istio's own, which drains a native sidecar before the application stops; run "pilot-agent request --debug-port=15020 POST drain" in preStop to keep it`,
      ];
}

function holdWithoutRestart(restartPolicy: unknown, values: Values, native: boolean | undefined): string[] {
  const holds = values.holdApplicationUntilProxyStarts === true && (values.nativeSidecar ?? native) !== true;
  return holds && (restartPolicy === "Never" || restartPolicy === "OnFailure")
    ? [
        `holdApplicationUntilProxyStarts with restartPolicy ${restartPolicy}: a sidecar whose waiting hook fails is not started again, and the pod stays broken; use nativeSidecar instead`,
      ]
    : [];
}

function tooManyThreads(values: Values): string[] {
  const limit = values["proxyResources.limits.cpu"];
  const threads = Number(values.concurrency ?? 0);
  const cores = typeof limit === "string" ? nanoUnits(limit) : undefined;
  return cores !== undefined && threads > 0 && BigInt(threads) * 1_000_000_000n > cores
    ? [
        `concurrency ${threads} with proxyResources.limits.cpu ${String(limit)}: the threads share less than a core each and are throttled; raise the limit, or lower concurrency`,
      ]
    : [];
}

const pairs = [
  ["capture.includeOutboundIPRanges", "capture.excludeOutboundIPRanges"],
  ["capture.includeInboundPorts", "capture.excludeInboundPorts"],
] as const;

function excludesWithoutEffect(values: Values, sources: ReadonlyMap<string, Level>): string[] {
  return pairs.flatMap(([include, exclude]) => {
    const [included, excluded] = [values[include], values[exclude]];
    if (typeof included !== "string" || included === "*" || !excluded || sources.get(exclude) === "installed")
      return [];
    return [
      `${exclude} ${String(excluded)} has no effect: ${include} is ${included === "" ? "empty" : included}, and Istio looks at excludes only where it is *`,
    ];
  });
}

function drainBeyondGrace(grace: unknown, values: Values): string[] {
  const drain = values.terminationDrainDuration;
  const most = typeof grace === "number" ? grace : 30;
  return typeof drain === "string" && /^\d+s$/.test(drain) && secondsOf(drain) >= most
    ? [
        `terminationDrainDuration ${drain} with a termination grace period of ${most}s: Kubernetes kills the sidecar before it has drained; raise terminationGracePeriodSeconds`,
      ]
    : [];
}
