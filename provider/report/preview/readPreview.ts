import { z } from "zod";
import { getOwn } from "../../data/getOwn.js";
import { recordOf } from "../../data/isRecord.js";
import { isNestedTooDeep } from "../../data/plainData.js";
import { shown, textOf } from "../../data/problem.js";
import { containsUnknown, isUnknown } from "../../data/unknown.js";
import { Rollout, rolloutOptionNames } from "../../levels/RolloutOptions.js";
import { secondsOf } from "../../settings/duration.js";
import { flattened } from "./flattened.js";
import type { Pace, PreviewChange, PreviewReport, PreviewRestart } from "./PreviewReport.js";

const Properties = z.record(z.string(), z.unknown());
const State = z.object({ inputs: Properties.optional(), outputs: Properties.optional() });
const Step = z.object({
  op: z.string(),
  urn: z.string(),
  oldState: State.optional(),
  newState: State.optional(),
});
type Step = z.infer<typeof Step>;
const Digest = z.object({
  steps: z.array(Step).nullish(),
  changeSummary: z.record(z.string(), z.number()).nullish(),
  diagnostics: z
    .array(z.object({ message: z.string().optional(), severity: z.string().optional() }))
    .nullish(),
});

/** The text is not the output of `pulumi preview --json`. */
export class PreviewError extends Error {
  override readonly name = "PreviewError";
}

const expected = "expected the output of pulumi preview --json";
/** A policy pack that fails to start, for example, ends a preview without an error of its own. */
const unfinished = "the preview ended before it had checked everything, without an error";
const layerType = "SettingsLayer";
const rolloutType = "SidecarRollout";
/** The assumed time per workload, in s: pods may start in seconds or in minutes. */
const typicalSeconds = 60;

/** Parses the output of `pulumi preview --json`; resources of other packages are left out. */
export function readPreview(text: string): PreviewReport {
  const { steps, diagnostics, changeSummary } = digestIn(text);
  const ours = (steps ?? []).filter(
    ({ op }) => op !== "same" && op !== "read" && !op.endsWith("-replacement"),
  );
  const layers = ours.filter(({ urn }) => typeOf(urn) === layerType);
  const rollouts = ours.filter(({ urn }) => typeOf(urn) === rolloutType);
  for (const { urn, oldState, newState } of [...layers, ...rollouts])
    if (isNestedTooDeep([oldState, newState]))
      throw new PreviewError(`${expected}, got properties of ${shown(urn)} nested deeper than any setting`);
  const restarted = restartsOf(rollouts);
  const installed = installedIn(steps ?? []);
  return {
    stack: stackOf(steps ?? []),
    changes: layers.flatMap((layer) => changesOf(layer, installed)),
    ...restarted,
    unforeseen: [...new Set([...layers.flatMap(unforeseenBy), ...rollouts.flatMap(unforeseenBy)])],
    waiting: Object.assign({}, ...rollouts.map(waitingOf)),
    warnings: [...new Set([...layers.flatMap(restored), ...messagesIn(diagnostics ?? [], false)])],
    errors: [...new Set([...messagesIn(diagnostics ?? [], true), ...(changeSummary ? [] : [unfinished])])],
  };
}

function digestIn(text: string): z.infer<typeof Digest> {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new PreviewError(
      text.trim() === ""
        ? `${expected}, got nothing`
        : `${expected}, got ${JSON.stringify(text.trim().slice(0, 60))}, which is not JSON. Leave out what it prints to stderr.`,
    );
  }
  const read = Digest.safeParse(data);
  const isDigest = typeof data === "object" && data !== null && ("steps" in data || "diagnostics" in data);
  if (!read.success || !isDigest) {
    const issue = read.error?.issues[0];
    const at = issue ? ` (${issue.path.join(".")}: ${issue.message})` : "";
    throw new PreviewError(
      `${expected}, got JSON without steps${at}. Unset PULUMI_ENABLE_STREAMING_JSON_PREVIEW.`,
    );
  }
  return read.data;
}

function typeOf(urn: string): string | undefined {
  return urn.split("::")[2]?.split("$").at(-1)?.split(":").at(-1);
}

/** From the parent component: a layer of `GlobalSidecarSettings` has the level `global`. */
function levelOf(urn: string): string {
  const parent = urn.split("::")[2]?.split("$").at(-2)?.split(":").at(-1) ?? "";
  return /^(\w+)SidecarSettings$/.exec(parent)?.[1]?.toLowerCase() ?? "namespace";
}

function stackOf(steps: readonly Step[]): string {
  const [, stack, project] = /^urn:pulumi:([^:]+)::([^:]+)::/.exec(steps[0]?.urn ?? "") ?? [];
  return stack === undefined ? "" : `${project}/${stack}`;
}

/** Istio's installed values, as far as any existing layer shows them. */
function installedIn(steps: readonly Step[]): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const { urn, oldState } of steps) {
    if (typeOf(urn) !== layerType || isNestedTooDeep(oldState)) continue;
    const sources = recordOf(oldState?.outputs?.sources);
    for (const [setting, value] of Object.entries(flattened(recordOf(oldState?.outputs?.effective))))
      if (sources[setting] === "installed") found[setting] = value;
  }
  return found;
}

/** Stands for a value that depends on what the update creates. */
const onlyLater = "known after update";

function changesOf(
  { op, urn, oldState, newState }: Step,
  installed: Readonly<Record<string, string>>,
): PreviewChange[] {
  const level = levelOf(urn);
  const deleted = op.startsWith("delete") || op === "discard";
  const [before, after] = [oldState?.inputs ?? {}, deleted ? {} : (newState?.inputs ?? {})];
  const effective = flattened(recordOf(oldState?.outputs?.effective));
  const sources = recordOf(oldState?.outputs?.sources);
  const [from, to] = [flattened(before), flattened(after)];
  const target = targetOf(urn, level, deleted ? before : after);
  return [...new Set([...Object.keys(from), ...Object.keys(to)])]
    .filter((setting) => from[setting] !== to[setting])
    .map((setting) => {
      // a new layer has no outputs yet
      const known = from[setting] ?? effective[setting];
      const former = known ?? getOwn(installed, setting);
      const source =
        sources[setting] ?? (known === undefined && former !== undefined ? "installed" : undefined);
      return {
        level,
        target,
        setting,
        ...(former === undefined ? {} : { from: former }),
        ...(typeof source === "string" && source !== level ? { fromSource: source } : {}),
        ...(to[setting] === undefined ? {} : { to: isUnknown(to[setting]) ? onlyLater : to[setting] }),
      };
    });
}

/** Why the restarts of a step are not known before the update. */
function unforeseenBy({ op, urn, oldState, newState }: Step): string[] {
  const isLayer = typeOf(urn) === layerType;
  const isRemoved = op.startsWith("delete") || op === "discard";
  const inputs = (isRemoved ? oldState : newState)?.inputs ?? {};
  const level = levelOf(urn);
  const target = isLayer ? targetOf(urn, level, inputs) : textOf(inputs.namespace ?? "");
  const name = target === "" ? "global settings" : `${isLayer ? level : "namespace"} ${target}`;
  if (isRemoved)
    return isLayer
      ? [`${name}: its settings are removed, and Pulumi does not ask providers about removals in a preview`]
      : [];
  return containsUnknown(newState?.inputs) ? [`${name}: some values are known only during the update`] : [];
}

function targetOf(urn: string, level: string, inputs: Readonly<Record<string, unknown>>): string {
  const namespace = typeof inputs.namespace === "string" ? inputs.namespace : "";
  if (level === "global" || level === "namespace") return namespace;
  const name =
    urn
      .split("::")
      .at(-1)
      ?.replace(/-layer$/, "") ?? "";
  return `${namespace}/${name}`;
}

/** A layer that was lost or changed in the cluster. */
function restored({ urn, oldState, newState }: Step): string[] {
  const [before, after] = [oldState?.inputs?.restores, newState?.inputs?.restores];
  if (typeof after !== "string" || after === before) return [];
  const level = levelOf(urn);
  const target = targetOf(urn, level, newState?.inputs ?? {});
  const name = level === "global" ? "global settings" : `${level} ${target}`;
  return [`${name}: ${after}; will be restored, and the restart list is known only after that`];
}

function restartsOf(rollouts: readonly Step[]): Pick<PreviewReport, "restarts" | "unnamed" | "pace"> {
  const restarts = new Map<string, PreviewRestart>();
  const unnamed = { workloads: 0, pods: 0 };
  let pace: Pace | undefined;
  // a namespace's own rollout knows its workloads best; the global one adds the rest
  const ordered = [...rollouts].sort((a, b) => Number(isGlobal(a)) - Number(isGlobal(b)));
  for (const step of ordered) {
    const inputs = step.newState?.inputs;
    // without stale workloads the map is the last rollout's, kept so that there is no diff
    if (!inputs || !(Number(textOf(inputs.__stale)) > 0)) continue;
    const found = named(inputs);
    const fresh = found.restarts.filter((one) => !restarts.has(keyOf(one)));
    // each level's rollout shows only its own settings' changes
    for (const one of found.restarts) restarts.set(keyOf(one), withReasonOf(restarts.get(keyOf(one)), one));
    const rest = { workloads: found.rest.workloads, pods: found.rest.pods };
    // the global rollout's count includes those that namespaces have named
    if (!isGlobal(step)) {
      unnamed.workloads += rest.workloads;
      unnamed.pods += rest.pods;
    } else {
      const known = unnamed.workloads + [...restarts.values()].length - fresh.length;
      unnamed.workloads += Math.max(0, rest.workloads - known);
    }
    const counted = fresh.length + rest.workloads;
    if (counted > 0) pace = added(pace, inputs, counted);
  }
  return { restarts: [...restarts.values()].sort(byName), unnamed, ...(pace ? { pace } : {}) };
}

/** The named restarts of a rollout, and how many it only counts. */
function named(inputs: Readonly<Record<string, unknown>>): {
  restarts: PreviewRestart[];
  rest: { workloads: number; pods: number };
} {
  const rest = { workloads: 0, pods: 0 };
  const restarts: PreviewRestart[] = [];
  for (const [why, workloads] of Object.entries(recordOf(inputs.restarts))) {
    for (const [name, podsText] of Object.entries(recordOf(workloads))) {
      const pods = Number.parseInt(textOf(podsText), 10) || 1;
      const more = /^… and (\d+) more$/.exec(name);
      if (more) {
        rest.workloads += Number(more[1]);
        rest.pods += pods;
      } else restarts.push({ ...placeOf(name, inputs.namespace), pods, why });
    }
  }
  return { restarts, rest };
}

/** From `Deployment/api` in a namespace's rollout, or `shop/Deployment/api` in the global one. */
function placeOf(name: string, namespace: unknown): Pick<PreviewRestart, "namespace" | "workload"> {
  if (typeof namespace === "string") return { namespace, workload: name };
  const slash = name.indexOf("/");
  return { namespace: name.slice(0, slash), workload: name.slice(slash + 1) };
}

function added(pace: Pace | undefined, inputs: Readonly<Record<string, unknown>>, workloads: number): Pace {
  const given = Object.fromEntries(
    rolloutOptionNames.filter((name) => inputs[name] !== undefined).map((name) => [name, inputs[name]]),
  );
  const read = Rollout.safeParse(given);
  const { maxConcurrent, pauseBetween, timeoutPerWorkload, strategy } = read.success
    ? read.data
    : Rollout.parse({});
  const rounds = Math.ceil(workloads / maxConcurrent);
  const pauses = Math.max(0, rounds - 1) * secondsOf(pauseBetween);
  return {
    strategy: pace?.strategy ?? strategy,
    maxConcurrent: Math.max(pace?.maxConcurrent ?? 0, maxConcurrent),
    // rollouts of one program run one after the other
    typical: (pace?.typical ?? 0) + rounds * typicalSeconds + pauses,
    longest: (pace?.longest ?? 0) + rounds * secondsOf(timeoutPerWorkload) + pauses,
  };
}

function waitingOf({ newState }: Step): Record<string, string> {
  const { namespace, waiting } = newState?.inputs ?? {};
  const place = typeof namespace === "string" ? `${namespace}/` : "";
  return Object.fromEntries(
    Object.entries(recordOf(waiting)).map(([name, why]) => [`${place}${name}`, textOf(why)]),
  );
}

/** Diagnostic messages, each line once, without those that only matter at a terminal. */
function messagesIn(
  diagnostics: readonly { message?: string | undefined; severity?: string | undefined }[],
  errors: boolean,
): string[] {
  return diagnostics
    .filter(({ severity }) => (severity === "error") === errors)
    .flatMap(({ message = "" }) => message.split("\n"))
    .map((line) => line.replace(/^(warning|error): /, "").trim())
    .filter((line) => line !== "" && !forTerminals.test(line));
}

/** Where Pulumi's plugin is from, counts, and progress. */
const forTerminals =
  /^using pulumi-\S+ from \$PATH|^\d+ workloads? \(\d+ pods?\) restarts?: |^checked the workloads of \d+ of /;

const countedOnly = /^(\d+) more$/;

function withReasonOf(known: PreviewRestart | undefined, one: PreviewRestart): PreviewRestart {
  if (!known) return one;
  const reasons = [...new Set([known, one].flatMap(({ why }) => why.split(", ")))];
  const named = reasons.filter((reason) => !countedOnly.test(reason));
  const rest = reasons.reduce((sum, reason) => sum + Number(countedOnly.exec(reason)?.[1] ?? 0), 0);
  return { ...known, why: [...named, ...(rest > 0 ? [`${rest} more`] : [])].join(", ") };
}

function isGlobal({ newState }: Step): boolean {
  return newState?.inputs?.namespace === undefined;
}

function keyOf({ namespace, workload }: PreviewRestart): string {
  return `${namespace}/${workload}`;
}

function byName(a: PreviewRestart, b: PreviewRestart): number {
  return keyOf(a) < keyOf(b) ? -1 : 1;
}
