import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import {
  defaultStatePath,
  destroy,
  type EngineOptions,
  type EngineResult,
  preview,
  refresh,
  up,
} from "./engine";
import { pulumiCli } from "./pulumiCli";
import type { StoredState } from "./stateFile";

/** What an end-to-end test needs of whatever carries a program out. */
export interface DeploymentEngine {
  name: "engine" | "pulumi";
  preview(options: EngineOptions): Promise<EngineResult>;
  up(options: EngineOptions): Promise<EngineResult>;
  refresh(options: EngineOptions): Promise<EngineResult>;
  destroy(options: EngineOptions): Promise<EngineResult>;
  /** The stack's state, secrets sealed. */
  exportState(options: EngineOptions): Promise<StoredState>;
}

const testEngine: DeploymentEngine = {
  name: "engine",
  preview,
  up,
  refresh,
  destroy,
  exportState: async (options) => {
    const path = options.statePath ?? defaultStatePath(options);
    return JSON.parse(await readFile(path, "utf8")) as StoredState;
  },
};

/** The test engine, and the real CLI where it is installed. */
export function enginesPresent(): DeploymentEngine[] {
  return isOnPath("pulumi") ? [testEngine, pulumiCli] : [testEngine];
}

function isOnPath(command: string): boolean {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, command)));
}
