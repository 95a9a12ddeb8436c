import type { Properties } from "../data/Properties.js";
import { refused } from "../data/parsed.js";
import type { Problem } from "../data/problem.js";
import { isUnknown } from "../data/unknown.js";
import { globalTarget, type Layer, type PodPicker } from "../levels/Layer.js";
import { parseRollout } from "../levels/parseRollout.js";
import { parseSelector } from "../levels/selector.js";
import { conflicts } from "../settings/conflicts.js";
import { parseSeconds, secondsOf } from "../settings/duration.js";
import { parseNumber } from "../settings/number.js";
import { parseSettings } from "../settings/parseSettings.js";
import { settingsAmong } from "../settings/settingsInputs.js";
import type { Injector } from "./Injector.js";
import { targetProblems } from "./targetProblems.js";

/** Istio never injects there, whatever their labels. */
const ignoredByIstio = ["kube-system", "kube-public", "kube-node-lease", "local-path-storage"];
const dnsSubdomain = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
const parsePriority = parseNumber({ least: 0, most: 1_000_000, digits: 0, of: "priority" });
const dnsLabel = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

export function injectorOf({ injector }: Properties): Injector {
  const { namespace = "istio-system", revision } = (injector ?? {}) as Partial<Injector>;
  return { namespace, ...(revision ? { revision } : {}) };
}

/** The owner as the component states it. */
export function ownerOf({ owner }: Properties): string {
  return String(owner ?? "unnamed");
}

export const defaultInjectorTimeout = "300s";

/** How long the injector may take to apply the layer, in ms. */
export function injectorTimeoutOf({ injectorTimeout }: Properties): number {
  const read = parseSeconds(injectorTimeout ?? defaultInjectorTimeout);
  return secondsOf("value" in read ? read.value : defaultInjectorTimeout) * 1000;
}

/** A layer without its owner: settings, the pods that a workload layer selects, and rollout options. */
export type LayerContent = Pick<Layer, "settings" | "picks" | "rollout">;

/** The layer, with all problems of the properties. */
export function readLayerInputs(properties: Properties): LayerContent & { problems: Problem[] } {
  const read = parseSettings(settingsAmong(properties));
  const rollout = parseRollout(properties.rollout);
  const picker = properties.workload === undefined ? undefined : readPicker(properties);
  return {
    settings: read.value,
    ...(picker ? { picks: picker.picks } : {}),
    ...(Object.keys(rollout.value).length > 0 ? { rollout: rollout.value } : {}),
    problems: [
      ...namespaceProblems(properties),
      ...targetProblems(properties),
      ...(picker?.problems ?? []),
      ...read.problems,
      ...conflicts(read.value),
      ...rollout.problems,
    ],
  };
}

export function contentOf({ settings, picks, rollout }: LayerContent): LayerContent {
  return { settings, ...(picks ? { picks } : {}), ...(rollout ? { rollout } : {}) };
}

/** The part of a layer that pods show: all but the rollout options. */
export function podContentOf({ settings, picks }: LayerContent): Pick<LayerContent, "settings" | "picks"> {
  return { settings, ...(picks ? { picks } : {}) };
}

function readPicker({ selector, priority, workload }: Properties): { picks: PodPicker; problems: Problem[] } {
  const read = parseSelector(selector);
  const order = parsePriority(priority ?? 0);
  const named = isUnknown(workload) || (typeof workload === "string" && dnsSubdomain.test(workload));
  const unnamed = refused(
    workload,
    "a name of lower-case letters, digits, - and .",
    "set workloadName: without it the resource's own name is taken",
  );
  return {
    picks: { selector: read.value, priority: "value" in order ? Number(order.value) : 0 },
    problems: [
      ...read.problems,
      ...("value" in order || isUnknown(priority) ? [] : [{ path: "priority", ...order }]),
      ...(named ? [] : [{ path: "workloadName", ...unnamed }]),
    ],
  };
}

function namespaceProblems({ namespace, injector }: Properties): Problem[] {
  if (namespace === undefined || isUnknown(namespace)) return [];
  const refusedTo = (todo: string) => [
    { path: "namespace", ...refused(namespace, "the name of a namespace that Istio injects into", todo) },
  ];
  if (typeof namespace !== "string" || !dnsLabel.test(namespace))
    return refusedTo(
      namespace === globalTarget ? "use GlobalSidecarSettings for all namespaces" : "write the one name",
    );
  if (ignoredByIstio.includes(namespace)) return refusedTo("Istio ignores pods there: take the settings out");
  return namespace === injectorOf({ injector }).namespace
    ? refusedTo("Istio's own namespace has gateways and istiod, no sidecars: take the settings out")
    : [];
}
