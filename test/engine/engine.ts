import { join, resolve } from "node:path";
import { type ChangeSummary, summarize } from "./changeSummary";
import type { Diagnostic, Journal, JournalListener } from "./journal";
import { LiveLines } from "./liveLines";
import { type PhaseKind, runPhase } from "./phase";
import { type ProgramSettings, readProgramSettings } from "./programSettings";
import { maskSecrets, type PropertyMap } from "./propertyValue";
import { type PublicStep, toPublicStep } from "./publicStep";
import { textReport } from "./textReport";

export interface EngineOptions {
  /** The folder of Pulumi.yaml. */
  cwd: string;
  stack: string;
  config?: Record<string, string>;
  secretConfig?: Record<string, string>;
  /** Default: `.state/<stack>.json` in `cwd`. */
  statePath?: string;
  /** Added to the environment of the program and of the providers. */
  env?: Record<string, string>;
  parallel?: number;
  /** Property-level differences in the text. */
  diff?: boolean;
  /** Go to the real thing at once; default is a preview first, as `pulumi up --yes` does. */
  skipPreview?: boolean;
  signal?: AbortSignal;
  /** Every line of text, as it happens. */
  onLine?: (line: string) => void;
  /** The dynamic provider process of each phase, so that a test can end it. */
  onProviderStart?: (pid: number) => void;
}

export interface EngineResult {
  ok: boolean;
  /** Steps of the last phase that ran: the preview if that failed. */
  steps: PublicStep[];
  summary: ChangeSummary;
  diagnostics: Diagnostic[];
  /** Stack outputs, with `[secret]` in place of secrets. */
  outputs: PropertyMap;
  stdoutText: string;
  config: Record<string, string>;
}

export function preview(options: EngineOptions): Promise<EngineResult> {
  return operate("update", { ...options }, true);
}

export function up(options: EngineOptions): Promise<EngineResult> {
  return operate("update", options, false);
}

export function refresh(options: EngineOptions): Promise<EngineResult> {
  return operate("refresh", options, false);
}

export function destroy(options: EngineOptions): Promise<EngineResult> {
  return operate("destroy", options, false);
}

export function defaultStatePath(options: Pick<EngineOptions, "cwd" | "stack">): string {
  return join(resolve(options.cwd), ".state", `${options.stack}.json`);
}

async function operate(kind: PhaseKind, options: EngineOptions, previewOnly: boolean): Promise<EngineResult> {
  const settings = await readProgramSettings(options);
  const lines: string[] = [];
  const print = (text: string) => {
    for (const line of text.split("\n")) {
      lines.push(line);
      options.onLine?.(line);
    }
  };
  if (previewOnly || !options.skipPreview) {
    const previewed = await phase(kind, options, settings, true, print);
    if (previewOnly || !previewed.ok) return finish(previewed, lines, settings);
  }
  return finish(await phase(kind, options, settings, false, print), lines, settings);
}

async function phase(
  kind: PhaseKind,
  options: EngineOptions,
  settings: ProgramSettings,
  dryRun: boolean,
  print: (text: string) => void,
): Promise<{ ok: boolean; journal: Journal }> {
  print(`${title(kind, dryRun)} (${options.stack}):`);
  const started = Date.now();
  const listener: JournalListener = new LiveLines(print, settings, dryRun);
  const result = await runPhase({
    kind,
    settings,
    dryRun,
    listener,
    statePath: options.statePath ?? defaultStatePath(options),
    passphrase: options.env?.PULUMI_CONFIG_PASSPHRASE ?? process.env.PULUMI_CONFIG_PASSPHRASE,
    parallel: options.parallel,
    signal: options.signal,
    onProviderStart: options.onProviderStart,
  });
  print(
    textReport(result.journal, {
      dryRun,
      stackName: settings.stack,
      project: settings.project,
      diff: options.diff ?? false,
    }),
  );
  if (!dryRun) print(`Duration: ${Math.round((Date.now() - started) / 1000)}s`);
  return result;
}

function title(kind: PhaseKind, dryRun: boolean): string {
  if (kind === "update") return dryRun ? "Previewing update" : "Updating";
  if (kind === "refresh") return dryRun ? "Previewing refresh" : "Refreshing";
  return dryRun ? "Previewing destroy" : "Destroying";
}

function finish(
  { ok, journal }: { ok: boolean; journal: Journal },
  lines: string[],
  settings: ProgramSettings,
): EngineResult {
  const shown = Object.entries(settings.config).map(([key, value]) => [
    key,
    settings.secretKeys.includes(key) ? "[secret]" : value,
  ]);
  return {
    ok,
    steps: journal.steps.map(toPublicStep),
    summary: summarize(journal.steps),
    diagnostics: journal.diagnostics,
    outputs: maskSecrets(journal.outputs) as PropertyMap,
    stdoutText: lines.join("\n"),
    config: Object.fromEntries(shown),
  };
}
