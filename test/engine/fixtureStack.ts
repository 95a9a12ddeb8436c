import { existsSync, mkdtempSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DeploymentEngine } from "./deploymentEngine";
import type { EngineOptions, EngineResult } from "./engine";
import type { Entry, Plan } from "./fixtures/files/plan";

type Extra = Partial<EngineOptions>;

/** A stack of the files fixture in a folder of its own. */
export class FixtureStack {
  readonly home = mkdtempSync(join(tmpdir(), "engine-test-"));
  readonly folder = join(this.home, "files");
  private readonly callLog = join(this.home, "calls");

  constructor(readonly engine: DeploymentEngine) {}

  options(plan: Plan, extra: Extra = {}): EngineOptions {
    const { env, ...rest } = extra;
    return {
      cwd: join(__dirname, "fixtures", "files"),
      stack: "test",
      statePath: join(this.home, "state.json"),
      skipPreview: true,
      env: {
        PLAN: JSON.stringify(plan),
        FOLDER: this.folder,
        CALLS: this.callLog,
        PULUMI_NODEJS_TRANSPILE_ONLY: "true",
        ...env,
      },
      ...rest,
    };
  }

  preview(entries: Entry[], extra?: Extra): Promise<EngineResult> {
    return this.engine.preview(this.options({ entries }, extra));
  }

  up(entries: Entry[], extra?: Extra): Promise<EngineResult> {
    return this.engine.up(this.options({ entries }, extra));
  }

  refresh(extra?: Extra): Promise<EngineResult> {
    return this.engine.refresh(this.options({ entries: [] }, extra));
  }

  destroy(extra?: Extra): Promise<EngineResult> {
    return this.engine.destroy(this.options({ entries: [] }, extra));
  }

  async state() {
    const exported = await this.engine.exportState(this.options({ entries: [] }));
    // Providers that nobody asked for are in the CLI's state only.
    return (exported.deployment.resources ?? []).filter(
      (resource) => !resource.type.startsWith("pulumi:providers:"),
    );
  }

  /** The provider calls since the last time this was asked. */
  async calls(kinds = /^(create|update|delete) /): Promise<string[]> {
    if (!existsSync(this.callLog)) return [];
    const text = await readFile(this.callLog, "utf8");
    await rm(this.callLog);
    return text.split("\n").filter((line) => kinds.test(line));
  }

  /** The files that exist, by content. */
  async files(): Promise<string[]> {
    if (!existsSync(this.folder)) return [];
    const names = await readdir(this.folder);
    return (await Promise.all(names.map((name) => readFile(join(this.folder, name), "utf8")))).sort();
  }

  async remove(): Promise<void> {
    await rm(this.home, { recursive: true, force: true });
  }
}

/** Steps in short: `update first`. */
export function stepWords(result: EngineResult): string[] {
  return result.steps.filter((step) => step.op !== "same").map((step) => `${step.op} ${step.name}`);
}
