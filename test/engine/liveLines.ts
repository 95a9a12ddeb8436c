import type { Diagnostic, JournalListener } from "./journal";
import type { ProgramSettings } from "./programSettings";
import { changesAnything, type Step } from "./step";
import { SIGNS, stepWord } from "./stepWords";
import { STACK_TYPE, urnName, urnType } from "./urn";

/** Prints steps as they begin and end, and what providers and programs print, at once. */
export class LiveLines implements JournalListener {
  constructor(
    private readonly print: (line: string) => void,
    private readonly settings: Pick<ProgramSettings, "project" | "stack">,
    private readonly dryRun: boolean,
  ) {}

  onStep(step: Step): void {
    if (this.dryRun || (!changesAnything(step.op) && step.status !== "failed") || step.op === "replace")
      return;
    const seconds =
      step.status === "running" ? "" : ` (${((Date.now() - step.startedAt) / 1000).toFixed(1)}s)`;
    this.print(
      ` ${SIGNS[step.op]} ${urnType(step.urn)} ${urnName(step.urn)} ${stepWord(step, false)}${seconds}`,
    );
  }

  onDiagnostic({ urn, message, severity }: Diagnostic): void {
    if (severity === "debug" || message === "") return;
    const place = urn
      ? `${urnType(urn)} ${urnName(urn)}`
      : `${STACK_TYPE} ${this.settings.project}-${this.settings.stack}`;
    const label = severity === "info" ? "" : `${severity}: `;
    for (const line of message.split("\n")) this.print(`    ${place} ${label}${line}`);
  }
}
