import { globalTarget } from "../render/compose.js";
import type { CanonicalSettings } from "../settings/canonicalSettings.js";
import { captureConflicts, resourceConflicts } from "../settings/conflicts.js";
import { parseSeconds, secondsOf } from "../settings/duration.js";
import { parseSettings } from "../settings/parseSettings.js";
import { type Problem, shown } from "../settings/problem.js";
import { settingsAmong } from "../settings/settingsInputs.js";
import { isUnknown } from "../settings/unknown.js";
import type { Injector } from "./Injector.js";

/** Properties of a layer resource, as Pulumi hands them over: plain data, not yet looked at. */
export type Properties = Readonly<Record<string, unknown>>;

/** Istio never injects there, whatever the labels. */
const ignoredByIstio = ["kube-system", "kube-public", "kube-node-lease", "local-path-storage"];
const dnsLabel = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** A namespace, or `*` for the global layer. */
export function targetOf({ namespace }: Properties): string {
  return namespace === undefined ? globalTarget : String(namespace);
}

export function injectorOf({ injector }: Properties): Injector {
  const { namespace = "istio-system", revision } = (injector ?? {}) as Partial<Injector>;
  return { namespace, ...(revision ? { revision } : {}) };
}

export function ownerOf({ owner }: Properties): string {
  return String(owner ?? "unnamed");
}

export const defaultPatience = "300s";

/** How long the injector may take to show the layer, in ms. */
export function patienceOf({ patience }: Properties): number {
  const read = parseSeconds(patience ?? defaultPatience);
  return secondsOf("value" in read ? read.value : defaultPatience) * 1000;
}

/** Whether the component wants its settings put back when its rollout fails. */
export function goesBack({ rollout }: Properties): boolean {
  return (rollout as { onFailure?: unknown } | undefined)?.onFailure === "rollback";
}

/** The layer's settings, and everything that is wrong with the properties. */
export function readLayerInputs(properties: Properties): {
  settings: CanonicalSettings;
  problems: Problem[];
} {
  const read = parseSettings(settingsAmong(properties));
  return {
    settings: read.settings,
    problems: [
      ...namespaceProblems(properties),
      ...read.problems,
      ...captureConflicts(read.settings),
      ...resourceConflicts(read.settings),
    ],
  };
}

function namespaceProblems({ namespace, injector }: Properties): Problem[] {
  if (namespace === undefined || isUnknown(namespace)) return [];
  const wanted = "the name of a namespace that Istio injects into";
  if (typeof namespace !== "string" || !dnsLabel.test(namespace)) {
    return [
      {
        path: "namespace",
        found: shown(namespace),
        wanted,
        todo:
          namespace === globalTarget ? "use GlobalSidecarSettings for all namespaces" : "write the one name",
      },
    ];
  }
  const istio = ((injector ?? {}) as Partial<Injector>).namespace ?? "istio-system";
  if (ignoredByIstio.includes(namespace)) {
    return [
      {
        path: "namespace",
        found: shown(namespace),
        wanted,
        todo: "Istio ignores pods there: take the settings out",
      },
    ];
  }
  return namespace === istio
    ? [
        {
          path: "namespace",
          found: shown(namespace),
          wanted,
          todo: "Istio's own namespace has gateways and istiod, no sidecars: take the settings out",
        },
      ]
    : [];
}
