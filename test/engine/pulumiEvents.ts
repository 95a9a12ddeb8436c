import type { ChangeSummary } from "./changeSummary";
import type { EngineResult } from "./engine";
import type { Diagnostic, Severity } from "./journal";
import type { DetailedDiff, DiffKind } from "./propertyDiff";
import { maskSecrets, type PropertyMap, UNKNOWN } from "./propertyValue";
import type { PublicState, PublicStep } from "./publicStep";
import { STACK_TYPE, urnName, urnType } from "./urn";

interface EventState {
  id: string;
  parent: string;
  inputs: PropertyMap | null;
  outputs: PropertyMap | null;
}

interface Metadata {
  op: string;
  urn: string;
  type: string;
  old: EventState | null;
  new: EventState | null;
  keys?: string[];
  diffs?: string[];
  detailedDiff: Record<string, { diffKind: DiffKind; inputDiff: boolean }> | null;
}

interface PulumiEvent {
  preludeEvent?: { config: Record<string, string> };
  diagnosticEvent?: { urn?: string; message: string; severity: string; ephemeral?: boolean };
  resourcePreEvent?: { metadata: Metadata };
  resOutputsEvent?: { metadata: Metadata };
  resOpFailedEvent?: { metadata: Metadata };
  summaryEvent?: { resourceChanges: ChangeSummary };
}

/** Reads the CLI's event log into the same shape as the test engine's result; the last phase counts. */
export function readPulumiEvents(log: string): Omit<EngineResult, "ok" | "stdoutText"> {
  const events = log
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as PulumiEvent);
  const steps = new Map<string, PublicStep>();
  let result: Omit<EngineResult, "ok" | "stdoutText" | "steps"> = empty({});
  for (const event of events) {
    if (event.preludeEvent) {
      steps.clear();
      result = empty(event.preludeEvent.config ?? {});
    }
    const { diagnosticEvent } = event;
    if (diagnosticEvent && !diagnosticEvent.ephemeral && diagnosticEvent.severity !== "debug") {
      result.diagnostics.push(toDiagnostic(diagnosticEvent));
    }
    if (event.resourcePreEvent) keepStep(steps, event.resourcePreEvent.metadata, false);
    if (event.resOutputsEvent) {
      const { metadata } = event.resOutputsEvent;
      keepStep(steps, metadata, false);
      if (metadata.type === STACK_TYPE && metadata.new?.outputs)
        result.outputs = masked(metadata.new.outputs);
    }
    if (event.resOpFailedEvent) keepStep(steps, event.resOpFailedEvent.metadata, true);
    if (event.summaryEvent) result.summary = event.summaryEvent.resourceChanges ?? {};
  }
  return { ...result, steps: [...steps.values()] };
}

function empty(config: Record<string, string>): Omit<EngineResult, "ok" | "stdoutText" | "steps"> {
  return { config, summary: {}, diagnostics: [], outputs: {} };
}

/** A step is announced before it runs and reported after; `refresh` turns into what it found. */
function keepStep(steps: Map<string, PublicStep>, metadata: Metadata, failed: boolean): void {
  if (isDefaultProvider(metadata.urn)) return;
  const refreshKey = `refresh ${metadata.urn}`;
  const key = steps.has(refreshKey) ? refreshKey : `${metadata.op} ${metadata.urn}`;
  const known = steps.get(key);
  steps.set(key, { ...toStep(metadata), failed: failed || (known?.failed ?? false) });
}

function toStep(metadata: Metadata): PublicStep {
  const detailedDiff: DetailedDiff = {};
  for (const [path, diff] of Object.entries(metadata.detailedDiff ?? {})) {
    detailedDiff[path] = { kind: diff.diffKind, inputDiff: diff.inputDiff };
  }
  return {
    op: metadata.op,
    urn: metadata.urn,
    type: urnType(metadata.urn),
    name: urnName(metadata.urn),
    ...(metadata.old && { oldState: toState(metadata.old) }),
    ...(metadata.new && { newState: toState(metadata.new) }),
    diffReasons: metadata.diffs ?? [],
    replaceReasons: metadata.keys ?? [],
    detailedDiff,
    failed: false,
  };
}

function toState(state: EventState): PublicState {
  return {
    ...(state.id && state.id !== UNKNOWN && { id: state.id }),
    ...(state.parent && { parent: state.parent }),
    inputs: masked(state.inputs),
    outputs: masked(state.outputs),
  };
}

/** The log has `[secret]` inside of the signature object. */
function masked(map: PropertyMap | null): PropertyMap {
  return maskSecrets(map ?? {}) as PropertyMap;
}

function toDiagnostic(event: NonNullable<PulumiEvent["diagnosticEvent"]>): Diagnostic {
  const severity = event.severity.startsWith("info") ? "info" : event.severity;
  const message = event.message.replace(/<\{%[^%]*%\}>/g, "").trimEnd();
  const urn = event.urn && urnType(event.urn) !== STACK_TYPE ? event.urn : "";
  return { severity: severity as Severity, urn, message };
}

function isDefaultProvider(urn: string): boolean {
  return urnType(urn).startsWith("pulumi:providers:") && urnName(urn).startsWith("default");
}
