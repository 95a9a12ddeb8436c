import type { PropertyMap } from "./propertyValue";
import type { Step } from "./step";

export type Severity = "debug" | "info" | "warning" | "error";

export interface Diagnostic {
  severity: Severity;
  /** Empty for what belongs to the whole stack, such as a provider's output lines. */
  urn: string;
  message: string;
}

export interface JournalListener {
  onStep?(step: Step): void;
  onDiagnostic?(diagnostic: Diagnostic): void;
}

/** Everything that happens in one deployment phase, in order. */
export class Journal {
  readonly steps: Step[] = [];
  readonly diagnostics: Diagnostic[] = [];
  outputs: PropertyMap = {};
  private readonly secretTexts: string[];

  constructor(
    private readonly listener: JournalListener = {},
    secretTexts: string[] = [],
  ) {
    // Very short secrets would blot out half of every message.
    this.secretTexts = secretTexts.filter((text) => text.trim().length >= 3);
  }

  begin(step: Omit<Step, "status" | "startedAt">): Step {
    const begun: Step = { ...step, status: "running", startedAt: Date.now() };
    this.steps.push(begun);
    this.listener.onStep?.(begun);
    return begun;
  }

  end(step: Step, status: "done" | "failed"): void {
    step.status = status;
    this.listener.onStep?.(step);
  }

  /** The SDK's debug messages are for its own developers. */
  diagnose(severity: Severity, message: string, urn = ""): void {
    if (severity === "debug") return;
    let shown = message;
    for (const text of this.secretTexts) shown = shown.replaceAll(text, "[secret]");
    const diagnostic = { severity, urn, message: shown };
    this.diagnostics.push(diagnostic);
    this.listener.onDiagnostic?.(diagnostic);
  }
}
