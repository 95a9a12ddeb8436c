import type { PodSpec, PodTemplate } from "../cluster/podTemplate.js";
import type { Level } from "../levels/effectiveSettings.js";
import type { SettingValue } from "../settings/declarations.js";
import { secondsOf } from "../settings/duration.js";
import { nanoUnits } from "../settings/quantity.js";

/** What the mesh gives pods; undefined if unknown. */
interface MeshKind {
  native?: boolean;
  cni?: boolean;
}

type Values = Readonly<Record<string, SettingValue | undefined>>;

/** Warns about settings that are valid on their own, but rarely intended in combination. */
export function sidecarWarnings(
  { spec }: PodTemplate,
  values: Values,
  sources: ReadonlyMap<string, Level>,
  { native, cni = false }: MeshKind,
): string[] {
  return [
    ...lostHooks(values, native),
    ...holdWithoutRestart(spec.restartPolicy, values, native),
    ...tooManyThreads(values),
    ...(cni ? lostOnNodes(spec, values, sources) : []),
    ...excludesWithoutEffect(values, sources, cni),
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
        `${hooks.join(" and ")}: any hook replaces Istio's own, which drains a native sidecar before the application stops; run "pilot-agent request --debug-port=15020 POST drain" in preStop to keep it`,
      ];
}

function holdWithoutRestart(restartPolicy: unknown, values: Values, native: boolean | undefined): string[] {
  const holds = values.holdApplicationUntilProxyStarts === true && (values.nativeSidecar ?? native) !== true;
  return holds && (restartPolicy === "Never" || restartPolicy === "OnFailure")
    ? [
        `holdApplicationUntilProxyStarts with restartPolicy ${restartPolicy}: if the hook that waits fails, the sidecar is not restarted and the pod stays broken; use nativeSidecar instead`,
      ]
    : [];
}

function tooManyThreads(values: Values): string[] {
  const limit = values["proxyResources.limits.cpu"];
  const threads = Number(values.concurrency ?? 0);
  const cores = typeof limit === "string" ? nanoUnits(limit) : undefined;
  // a pod may say anything, which Istio then denies
  return cores !== undefined && Number.isInteger(threads) && BigInt(threads) * 1_000_000_000n > cores
    ? [
        `concurrency ${threads} with proxyResources.limits.cpu ${String(limit)}: each thread has less than a core and is throttled; raise the limit or lower concurrency`,
      ]
    : [];
}

// as Istio's CNI plugin reads the annotations that the template writes for it: an empty list of ranges is not written
function lostOnNodes(spec: PodSpec, values: Values, sources: ReadonlyMap<string, Level>): string[] {
  const [mode, ranges] = ["interceptionMode", "capture.includeOutboundIPRanges"];
  const traffic = "traffic.sidecar.istio.io";
  const warnings: string[] = [];
  if (spec.initContainers?.some(({ name }) => name === "istio-init"))
    warnings.push(
      "the pod has its own container istio-init: Istio's CNI plugin leaves such a pod alone, so none of its traffic is captured; remove the container, or name it istio-validation",
    );
  if (String(values[mode]).toUpperCase() === "NONE")
    warnings.push(
      `${mode} NONE: Istio's CNI plugin knows only REDIRECT and TPROXY, and lets no pod with another mode start; use empty ${traffic}/includeInboundPorts and ${traffic}/includeOutboundIPRanges instead`,
    );
  if (isUnseenByPlugin(values, sources))
    warnings.push(
      `${ranges} is empty, which Istio's CNI plugin takes for *: all outbound traffic is captured; exclude 0.0.0.0/0 and ::/0 instead`,
    );
  return warnings;
}

// an empty list that isn't from the pod itself
function isUnseenByPlugin(values: Values, sources: ReadonlyMap<string, Level>): boolean {
  const ranges = "capture.includeOutboundIPRanges";
  return values[ranges] === "" && sources.get(ranges) !== "pod";
}

const unlessAll = "Istio ignores excluded inbound ports unless it is *";

// as istio-iptables does it: excluded ranges come before all that is captured outbound, excluded ports only before all that is inbound
function excludesWithoutEffect(values: Values, sources: ReadonlyMap<string, Level>, cni: boolean): string[] {
  const [ranges, noRanges] = [values["capture.includeOutboundIPRanges"], "capture.excludeOutboundIPRanges"];
  const [ports, noPorts] = [values["capture.includeInboundPorts"], "capture.excludeInboundPorts"];
  const given = (path: string) => (sources.get(path) === "installed" ? undefined : values[path] || undefined);
  const warnings: string[] = [];
  const noneOutbound = ranges === "" && !(cni && isUnseenByPlugin(values, sources));
  if (noneOutbound && !values["capture.includeOutboundPorts"] && given(noRanges))
    warnings.push(
      `${noRanges} ${String(given(noRanges))} has no effect: capture.includeOutboundIPRanges is empty, so nothing is captured that could be excluded`,
    );
  if (typeof ports !== "string" || ports === "*") return warnings;
  if (given(noPorts))
    warnings.push(
      `${noPorts} ${String(given(noPorts))} has no effect: capture.includeInboundPorts is ${ports || "empty"}, and ${unlessAll}`,
    );
  const included = ports.split(",");
  const always = String(values["alwaysExclude.inboundPorts"] ?? "").split(",");
  const both = always.filter((port) => port !== "" && included.includes(port));
  if (both.length > 0)
    warnings.push(
      `alwaysExclude.inboundPorts ${both.join(",")} has no effect: capture.includeInboundPorts is ${ports}, and ${unlessAll}`,
    );
  return warnings;
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
