import type { KubernetesApi } from "../cluster/KubernetesApi.js";
import { isTransient } from "../cluster/waitBeforeRetry.js";
import { layersOf } from "../configMap/layersOf.js";
import { getsSettings } from "../configMap/podTemplates.js";
import { stampsIn } from "../configMap/stampsIn.js";
import { forEachLimit } from "../data/forEachLimit.js";
import { listText } from "../data/listText.js";
import { messageOf } from "../data/messageOf.js";
import { type Layers, layerAt } from "../levels/Layer.js";
import { ask, hasDueStamp, type Probe, withoutSidecar } from "./askInjector.js";
import { askReplicas, podGiven, replicasBehind } from "./askReplicas.js";
import type { Injector } from "./Injector.js";
import { type CommitOptions, isSame, type LayerChange } from "./LayerChange.js";
import type { Refused } from "./Refused.js";
import { type Asked, asksAtOnce } from "./recordBaseline.js";
import type { Written } from "./writeLayers.js";

interface Looked {
  refused: Refused;
  /** Namespaces whose pods are denied by now for no reason of the settings, where nothing shows whether the injector has these. */
  denied: Refused;
  /** Namespaces where the injector has not applied the settings yet. */
  pending: Asked[];
  /** Changes that someone else has undone. */
  lost: LayerChange[];
}

/** Rounds that don't read the ConfigMap back, and probe one namespace before others. */
const quickLooks = 4;
/** Of the namespaces that are waited for. */
const mostNamed = 3;

/**
 * Probes until every namespace gets the settings, one rejects them, or someone undoes them. `written`: the texts as just
 * written, if known: of the namespaces that these were tried out in, one whose stamp changes then shows for all that the injector has them.
 */
export async function waitForStamps(
  api: KubernetesApi,
  injector: Injector,
  asked: readonly Asked[],
  changes: readonly LayerChange[],
  written: Written | undefined,
  deadline: number,
  options: CommitOptions,
): Promise<Looked> {
  let pending = [...asked];
  const telling = written ? asked.filter((one) => isTried(one) && isTelling(one, written)) : [];
  let silence: string | undefined;
  let denied: Refused = new Map();
  let reportAfter = 10_000;
  let nextReport = options.elapsed() + reportAfter;
  for (let look = 0, pause = 50; ; look++, pause = Math.min(2_000, pause * 1.5)) {
    const refused: Refused = new Map();
    denied = new Map();
    const known = look < quickLooks && options.elapsed() < deadline ? written : undefined;
    try {
      const data = known?.written ?? (await options.cached.readAnew(api)).data;
      const lost = lostIn(layersOf(data), changes);
      if (lost.length > 0) return { refused, denied: new Map(), pending, lost };
      const due: Due = {
        stamp: stampsIn(data),
        isReached: (annotations) => getsSettings(data.config, annotations),
      };
      const waiting: Asked[] = [];
      silence = undefined;
      const judge = (some: readonly Asked[]) =>
        forEachLimit(some, asksAtOnce, async (one) => {
          const verdict = await verdictOf(api, injector, one, due).catch((error: unknown) => {
            silence = transientMessage(error);
            return "waiting" as const;
          });
          if (verdict === "taken") return;
          if (typeof verdict === "object" && "refused" in verdict) {
            refused.set(one.namespace, verdict.refused);
            return;
          }
          waiting.push(one);
          if (verdict === "waiting") return;
          if ("silent" in verdict) silence = verdict.silent;
          else denied.set(one.namespace, verdict.denied);
        });
      // an injector that has not read the ConfigMap yet answers alike for all namespaces: probe another one each round
      const candidates = telling.length > 0 ? telling : pending;
      const scouts = known ? candidates.filter((_, at) => at === look % candidates.length) : pending;
      const left = pending.filter((one) => !scouts.includes(one));
      await judge(scouts);
      const isShown = known !== undefined && telling.length > 0 && refused.size === 0;
      if (waiting.length > 0) waiting.push(...left);
      else await judge(isShown ? left.filter((one) => !isTried(one)) : left);
      pending = waiting;
      if (refused.size > 0) return { refused, denied: new Map(), pending, lost: [] };
      // pods without a sidecar show nothing, so only the ConfigMap shows whether the settings are still there
      if (pending.length === 0) {
        const { data: now } = await options.cached.readAnew(api);
        return { refused, denied, pending, lost: lostIn(layersOf(now), changes) };
      }
    } catch (error) {
      silence = transientMessage(error);
    }
    if (options.elapsed() >= deadline) break;
    if (options.elapsed() >= nextReport) {
      const [meanwhile = silence] = denied.values();
      const namespaces = listText(
        pending.map(({ namespace }) => namespace),
        mostNamed,
      );
      const why = meanwhile === undefined ? "" : `: ${meanwhile}`;
      options.report(`waiting for istiod to pick up the new settings (${namespaces})${why}`);
      reportAfter *= 2;
      nextReport += reportAfter;
    }
    await options.sleep(pause);
  }
  const waited = `${Math.round(options.injectorTimeout / 1000)} s`;
  const why =
    silence === undefined
      ? `the injector still gives pods other settings after ${waited}; see istiod's log for "failed to read injection config"`
      : `nothing could be learnt in ${waited}: ${silence}`;
  const refused = new Map(
    pending.flatMap(({ namespace }) => (denied.has(namespace) ? [] : [[namespace, why]])),
  );
  return { refused, denied, pending: [], lost: [] };
}

/** Whether the injector was asked about all its pods with exactly the settings that were written, and gave them. */
function isTried({ probes }: Asked): boolean {
  return probes.every(({ probe, before, tried }) =>
    before.outcome === "injected"
      ? tried !== undefined && tried.refused === undefined
      : !(probe.ours && before.outcome === "denied"),
  );
}

/** Whether a plain pod's stamp tells the settings as written from the former ones. A new template was not what pods were tried out with. */
function isTelling({ namespace, probes }: Asked, { former, written }: Written): boolean {
  if (former.config !== written.config) return false;
  const [was, due] = [stampsIn(former), stampsIn(written)];
  return probes.some(
    ({ probe: { ours, template }, before }) =>
      ours &&
      before.outcome === "injected" &&
      was(namespace, template.metadata?.labels) !== due(namespace, template.metadata?.labels),
  );
}

/** The message of a transient API server error; rethrows any other error. */
export function transientMessage(error: unknown): string {
  if (!isTransient(error)) throw error;
  return messageOf(error);
}

function lostIn(layers: Layers, changes: readonly LayerChange[]): LayerChange[] {
  return changes.filter(({ target, layer }) => layer && !isSame(layerAt(layers, target), layer));
}

interface Due {
  /** The stamp due for pods with these labels, by the ConfigMap. */
  stamp: ReturnType<typeof stampsIn>;
  /** Whether pods with these annotations get our template. */
  isReached: (annotations?: Readonly<Record<string, string>>) => boolean;
}

/** `denied`: whether the injector has the settings can't be told; `silent`: it answers nobody, and may be restarting. */
type Verdict = "taken" | "waiting" | { refused: string } | { denied: string } | { silent: string };

async function verdictOf(
  api: KubernetesApi,
  injector: Injector,
  { namespace, probes }: Asked,
  due: Due,
): Promise<Verdict> {
  // if admission denies our own probe for unrelated reasons, workloads' pods have to show the stamp
  const isOursAdmitted = probes.some(({ probe, before }) => probe.ours && before.outcome === "injected");
  for (const { probe, before, tried } of probes) {
    const { labels, annotations } = probe.template.metadata ?? {};
    const stamp = due.stamp(namespace, labels);
    // denied for unrelated reasons, such as a quota; istiod can still be asked directly
    if (before.outcome === "denied" && probe.ours && (await askIstiod(probe, stamp)) === "behind")
      return "waiting";
    if (before.outcome !== "injected") continue;
    const after = await ask(api, injector, namespace, probe);
    if (after.outcome === "silent") return { silent: after.message };
    if (after.outcome === "denied") {
      const why = `${probe.name}: ${after.message}`;
      // by the former settings, until the injector has these, or for reasons that came meanwhile
      const isOthers = (tried && tried.refused === undefined) || (await isDeniedWithoutSidecar(probe));
      if (!isOthers) return { refused: why };
      const there = await askIstiod(probe, stamp);
      if (there === "unknown") return { denied: why };
      if (there === "behind") return "waiting";
      continue;
    }
    // a webhook that may be ignored lets pods go without a sidecar while istiod is away
    if (after.outcome === "not injected" && after.by === undefined) {
      const there = await askIstiod(probe, stamp);
      if (there === "unknown") return { silent: `${probe.name} gets no sidecar, and did before the write` };
      if (there === "behind") return "waiting";
    }
    // another webhook may remove the stamp from a workload's pod, so it is required of our own probes if they are admitted
    const isHeld = probe.ours || (!isOursAdmitted && due.isReached(annotations));
    const isBehind =
      after.outcome === "injected" && !hasDueStamp(after, probe, (some) => due.stamp(namespace, some));
    if (isHeld && isBehind) return "waiting";
  }
  return "taken";

  async function isDeniedWithoutSidecar(probe: Probe): Promise<boolean> {
    return (await ask(api, injector, namespace, withoutSidecar(probe))).outcome === "denied";
  }

  async function askIstiod(probe: Probe, stamp: string | undefined): Promise<"there" | "behind" | "unknown"> {
    const asked = await askReplicas(api, injector, namespace, probe);
    if (!("answers" in asked) || !podGiven(asked.answers)) return "unknown";
    return replicasBehind(asked.answers, stamp).length > 0 ? "behind" : "there";
  }
}
