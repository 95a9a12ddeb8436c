import { deleteInReverseOrder } from "./deletions";
import { Deployment } from "./deployment";
import { Journal, type JournalListener } from "./journal";
import { MonitorServer } from "./monitorServer";
import { runProgram } from "./programProcess";
import type { ProgramSettings } from "./programSettings";
import { ProviderRegistry } from "./providerRegistry";
import { refreshAll } from "./refreshResources";
import { Registrar } from "./registrar";
import { Snapshot } from "./snapshot";
import { StepRunner } from "./stepRunner";

export type PhaseKind = "update" | "refresh" | "destroy";

export interface PhaseOptions {
  kind: PhaseKind;
  settings: ProgramSettings;
  statePath: string;
  dryRun: boolean;
  passphrase?: string | undefined;
  parallel?: number | undefined;
  signal?: AbortSignal | undefined;
  listener?: JournalListener | undefined;
  onProviderStart?: ((pid: number) => void) | undefined;
}

export interface PhaseResult {
  ok: boolean;
  journal: Journal;
}

/** One pass over a stack, preview or real, with provider processes of its own. */
export async function runPhase(options: PhaseOptions): Promise<PhaseResult> {
  const { settings, dryRun, signal, parallel } = options;
  const snapshot = await Snapshot.open(options.statePath, options.passphrase, dryRun);
  const secretTexts = settings.secretKeys.map((key) => settings.config[key] ?? "");
  const journal = new Journal(options.listener, secretTexts);
  let engineAddress = "127.0.0.1:1";
  const providers = new ProviderRegistry({
    settings,
    journal,
    engineAddress: () => engineAddress,
    onProviderStart: options.onProviderStart,
  });
  const deployment = new Deployment({ settings, dryRun, snapshot, providers, journal, parallel, signal });
  for (const state of snapshot.base) if (!state.delete) providers.adopt(state);
  const runner = new StepRunner(deployment);
  try {
    if (options.kind === "refresh") await refreshAll(deployment);
    else {
      warnOfInterruptions(deployment);
      if (options.kind === "destroy") await deleteInReverseOrder(deployment, runner, snapshot.current());
      else
        await update(deployment, runner, (address) => {
          engineAddress = address;
        });
    }
    if (deployment.cancelled) journal.diagnose("error", `${dryRun ? "preview" : options.kind} cancelled`);
    await snapshot.save();
  } finally {
    await providers.close();
  }
  return { ok: !deployment.failed, journal };
}

async function update(
  deployment: Deployment,
  runner: StepRunner,
  onAddress: (address: string) => void,
): Promise<void> {
  const server = new MonitorServer(deployment, new Registrar(deployment, runner), runner);
  const address = await server.start();
  onAddress(address);
  try {
    const { settings, journal, dryRun } = deployment;
    const problem = await runProgram({
      settings,
      journal,
      address,
      dryRun,
      signal: deployment.signal,
      parallel: deployment.parallel,
    });
    if (problem !== undefined) deployment.stop(problem);
    // A program that ends early leaves steps behind: their outcome belongs in the state all the same.
    await deployment.planning.idle();
    await deployment.steps.idle();
  } finally {
    server.close();
  }
  if (deployment.failed) return;
  const gone = deployment.snapshot
    .current()
    .filter((state) => state.delete || !deployment.news.has(state.urn));
  await deleteInReverseOrder(deployment, runner, gone);
}

function warnOfInterruptions(deployment: Deployment): void {
  const operations = deployment.snapshot.interruptedOperations;
  if (operations.length === 0 || deployment.dryRun) return;
  const lines = operations.map(({ resource, type }) => `  * ${resource.urn}, interrupted while ${type}`);
  deployment.journal.diagnose(
    "warning",
    [
      `Attempting to deploy or update resources with ${operations.length} pending operations from previous deployment.`,
      ...lines,
      "These may exist without being in the state; check, then clear them with `refresh`.",
    ].join("\n"),
  );
}
