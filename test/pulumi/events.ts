import type { ProgramResult, ProgramStep, StepState } from "./ProgramResult";
import { maskSecrets, type PropertyMap, UNKNOWN } from "./propertyValue";

const STACK_TYPE = "pulumi:pulumi:Stack";

interface EventState {
  id: string;
  parent: string;
  inputs: PropertyMap | null;
  outputs: PropertyMap | null;
}

interface Metadata {
  op: string;
  urn: string;
  old: EventState | null;
  new: EventState | null;
  keys?: string[];
  diffs?: string[];
  detailedDiff: Record<string, { diffKind: string; inputDiff: boolean }> | null;
}

interface DiagnosticEvent {
  urn?: string;
  message: string;
  severity: string;
  ephemeral?: boolean;
}

interface PulumiEvent {
  preludeEvent?: { config: Record<string, string> };
  diagnosticEvent?: DiagnosticEvent;
  resourcePreEvent?: { metadata: Metadata };
  resOutputsEvent?: { metadata: Metadata };
  resOpFailedEvent?: { metadata: Metadata };
  summaryEvent?: { resourceChanges: Record<string, number> };
}

type Events = Omit<ProgramResult, "ok" | "stdoutText">;

/** Reads the CLI's event log; of several phases, such as a preview before an update, the last one counts. */
export function readEvents(log: string): Events {
  const steps = new Map<string, ProgramStep>();
  let result: Omit<Events, "steps"> = empty({});
  for (const line of log.split("\n")) {
    if (line.trim() === "") continue;
    const event = JSON.parse(line) as PulumiEvent;
    if (event.preludeEvent) {
      steps.clear();
      result = empty(event.preludeEvent.config ?? {});
    }
    const { diagnosticEvent: diagnostic, resOutputsEvent: outputs } = event;
    if (diagnostic && !diagnostic.ephemeral && diagnostic.severity !== "debug") {
      result.diagnostics.push(toDiagnostic(diagnostic));
    }
    if (event.resourcePreEvent) keepStep(steps, event.resourcePreEvent.metadata, false);
    if (outputs) {
      const { metadata } = outputs;
      keepStep(steps, metadata, false);
      if (urnType(metadata.urn) === STACK_TYPE && metadata.new?.outputs)
        result.outputs = masked(metadata.new.outputs);
    }
    if (event.resOpFailedEvent) keepStep(steps, event.resOpFailedEvent.metadata, true);
    if (event.summaryEvent) result.summary = event.summaryEvent.resourceChanges ?? {};
  }
  return { ...result, steps: [...steps.values()] };
}

function empty(config: Record<string, string>): Omit<Events, "steps"> {
  return { config, summary: {}, diagnostics: [], outputs: {} };
}

/** A step is announced before it runs and reported after; `refresh` turns into what it found. */
function keepStep(steps: Map<string, ProgramStep>, metadata: Metadata, failed: boolean): void {
  if (isDefaultProvider(metadata.urn)) return;
  const refreshKey = `refresh ${metadata.urn}`;
  const key = steps.has(refreshKey) ? refreshKey : `${metadata.op} ${metadata.urn}`;
  const known = steps.get(key);
  steps.set(key, { ...toStep(metadata), failed: failed || (known?.failed ?? false) });
}

function toStep(metadata: Metadata): ProgramStep {
  return {
    op: metadata.op,
    urn: metadata.urn,
    type: urnType(metadata.urn),
    name: urnName(metadata.urn),
    ...(metadata.old && { oldState: toState(metadata.old) }),
    ...(metadata.new && { newState: toState(metadata.new) }),
    diffReasons: metadata.diffs ?? [],
    replaceReasons: metadata.keys ?? [],
    detailedDiff: Object.fromEntries(
      Object.entries(metadata.detailedDiff ?? {}).map(([path, { diffKind, inputDiff }]) => [
        path,
        { kind: diffKind, inputDiff },
      ]),
    ),
    failed: false,
  };
}

function toState(state: EventState): StepState {
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

function toDiagnostic(event: DiagnosticEvent): ProgramResult["diagnostics"][number] {
  const severity = event.severity.startsWith("info") ? "info" : event.severity;
  const message = event.message.replace(/<\{%[^%]*%\}>/g, "").trimEnd();
  const urn = event.urn && urnType(event.urn) !== STACK_TYPE ? event.urn : "";
  return { severity, urn, message };
}

function isDefaultProvider(urn: string): boolean {
  return urnType(urn).startsWith("pulumi:providers:") && urnName(urn).startsWith("default");
}

/** The resource's own type, without its parents'. */
function urnType(urn: string): string {
  return (urn.split("::")[2] ?? "").split("$").at(-1) ?? "";
}

function urnName(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
