import { z } from "zod";
import { canonicalJson } from "../../data/canonicalJson.js";
import { getOwn } from "../../data/getOwn.js";
import { recordOf } from "../../data/isRecord.js";
import type { Properties } from "../../data/Properties.js";
import { isNestedTooDeep } from "../../data/plainData.js";
import { shown, textOf } from "../../data/problem.js";
import { containsUnknown, isUnknown } from "../../data/unknown.js";
import { typeIn, urnParts } from "../../data/urnParts.js";
import { injectorOf } from "../../injector/layerInputs.js";
import { flattened } from "./flattened.js";
import { optionChanges } from "./optionChanges.js";
import type { PreviewChange, PreviewReport } from "./PreviewReport.js";
import { isRemoval, levelOf, nameIn, onlyLater, Step, targetOf } from "./PreviewStep.js";
import { restartsOf } from "./restartsOf.js";

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
/** Pulumi's only message in its JSON about a policy violation. */
const unexplained = "preview failed";
const policyViolated =
  "the preview failed for a reason that its JSON leaves out, such as a violation of a policy pack: run pulumi preview to see it";

/** Parses the output of `pulumi preview --json`; resources of other packages are left out. */
export function readPreview(text: string): PreviewReport {
  const { steps, diagnostics, changeSummary } = digestIn(text);
  const ours = plannedIn(steps ?? []).flatMap(movedParts);
  const layers = ours.filter(({ urn }) => typeIn(urn) === layerType);
  const rollouts = ours.filter(({ urn }) => typeIn(urn) === rolloutType);
  for (const { urn, oldState, newState } of [...layers, ...rollouts])
    if (isNestedTooDeep([oldState, newState]))
      throw new PreviewError(`${expected}, got properties of ${shown(urn)} nested deeper than any setting`);
  const restarted = restartsOf(rollouts);
  const installed = installedIn(steps ?? []);
  const errors = [
    ...new Set([...messagesIn(diagnostics ?? [], true), ...(changeSummary ? [] : [unfinished])]),
  ];
  return {
    stack: stackOf(steps ?? []),
    changes: layers.flatMap((layer) => changesOf(layer, installed)),
    options: optionChanges(layers),
    ...restarted,
    unforeseen: [...new Set([...layers.flatMap(unforeseenBy), ...rollouts.flatMap(unforeseenBy)])],
    waiting: Object.assign({}, ...rollouts.map(waitingOf)),
    restored: layers.flatMap(restored),
    warnings: messagesIn(diagnostics ?? [], false),
    errors: errors.length === 1 && errors[0] === unexplained ? [policyViolated] : errors,
  };
}

function digestIn(text: string): z.infer<typeof Digest> {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    const begins = text.trim().slice(0, 60);
    const why = begins.startsWith("{") ? "which is cut off, or followed by other text" : "which is not JSON";
    throw new PreviewError(
      begins === ""
        ? `${expected}, got nothing`
        : `${expected}, got ${JSON.stringify(begins)}, ${why}. Leave out what it prints to stderr.`,
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

/**
 * What the update itself does. With `--refresh`, the preview begins with a step for each resource in the state: as the last update left it,
 * restarts included, or as it was found in the cluster.
 */
function plannedIn(steps: readonly Step[]): Step[] {
  const isRefreshed = steps.some(({ op }) => op === "refresh");
  // a program's first resource is its stack
  const begin = isRefreshed
    ? steps.findLastIndex(({ urn }) => urnParts(urn).types.at(-1) === "pulumi:pulumi:Stack")
    : 0;
  return steps.slice(Math.max(0, begin)).filter(({ op }) => !/^(same|read|refresh)$|-replac/.test(op));
}

/** A layer that moves to another namespace is taken out of the former one, which the one step of its replacement doesn't say. */
function movedParts(step: Step): Step[] {
  const { op, urn, oldState, newState } = step;
  const [from, to] = [oldState?.inputs?.namespace, newState?.inputs?.namespace];
  if (op !== "replace" || typeIn(urn) !== layerType || from === to || isUnknown(to)) return [step];
  return [
    { op: "delete", urn, oldState },
    { op: "create", urn, newState },
  ];
}

function stackOf(steps: readonly Step[]): string {
  const { stack, project } = urnParts(steps[0]?.urn ?? "");
  return stack === "" ? "" : `${project}/${stack}`;
}

/** Istio's installed values, as far as any existing layer shows them. */
function installedIn(steps: readonly Step[]): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const { urn, oldState } of steps) {
    if (typeIn(urn) !== layerType || isNestedTooDeep(oldState)) continue;
    const sources = recordOf(oldState?.outputs?.sources);
    for (const [setting, value] of Object.entries(flattened(recordOf(oldState?.outputs?.effective))))
      if (sources[setting] === "installed") found[setting] = value;
  }
  return found;
}

function changesOf(step: Step, installed: Readonly<Record<string, string>>): PreviewChange[] {
  const { urn, oldState, newState } = step;
  const level = levelOf(urn);
  const deleted = isRemoval(step);
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
function unforeseenBy(step: Step): string[] {
  const { op, urn, oldState, newState } = step;
  const isLayer = typeIn(urn) === layerType;
  const [before, after] = [oldState?.inputs ?? {}, newState?.inputs ?? {}];
  const isRemoved = isRemoval(step);
  const name = nameIn(urn, isLayer ? levelOf(urn) : "namespace", isRemoved ? before : after);
  const removed = (from = "") =>
    isLayer
      ? [
          `${name}: its settings are removed${from}, and Pulumi does not ask providers about removals in a preview`,
        ]
      : [];
  if (isRemoved) return removed();
  const place = (inputs: Properties) => canonicalJson([injectorOf(inputs), inputs.cluster ?? {}]);
  const isMoved = op === "replace" && place(before) !== place(after);
  return [
    ...(isMoved ? removed(" from the former injector or cluster") : []),
    ...(containsUnknown(newState?.inputs) ? [`${name}: some values are known only during the update`] : []),
  ];
}

/** A layer that was lost or changed in the cluster. */
function restored({ urn, oldState, newState }: Step): string[] {
  const [before, after] = [oldState?.inputs?.restores, newState?.inputs?.restores];
  if (typeof after !== "string" || after === before) return [];
  const name = nameIn(urn, levelOf(urn), newState?.inputs ?? {});
  return [`${name}: ${after}; will be restored, and the restart list is known only after that`];
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
  /^using pulumi-\S+ from \$PATH|^[^:]+: \d+ workloads? \(\d+ pods?\) restarts?(?:: |$)|^checked the workloads of \d+ of /;
