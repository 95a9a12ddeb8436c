import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parse, stringify } from "yaml";
import type { DeploymentEngine } from "./deploymentEngine";
import { defaultStatePath, type EngineOptions, type EngineResult } from "./engine";
import { readProgramSettings } from "./programSettings";
import { readPulumiEvents } from "./pulumiEvents";
import { runPulumi } from "./pulumiProcess";
import type { StoredState } from "./stateFile";

type Command = "preview" | "up" | "refresh" | "destroy";

/** A stack of the real CLI, kept in a folder of its own: backend, home and configuration. */
interface Workspace {
  folder: string;
  configFile: string;
  eventLog: string;
  env: Record<string, string>;
}

/** The same operations by the real Pulumi CLI, with a file backend beside the state path. */
export const pulumiCli: DeploymentEngine = {
  name: "pulumi",
  preview: (options) => operate("preview", options),
  up: (options) => operate("up", options),
  refresh: (options) => operate("refresh", options),
  destroy: (options) => operate("destroy", options),
  exportState: async (options) => {
    const workspace = await prepare(options);
    const exported = await runPulumi(["stack", "export", "--stack", options.stack], options, workspace.env);
    if (exported.code !== 0) throw new Error(exported.text);
    return JSON.parse(exported.stdout) as StoredState;
  },
};

async function operate(command: Command, options: EngineOptions): Promise<EngineResult> {
  const workspace = await prepare(options);
  await configure(options, workspace);
  await rm(workspace.eventLog, { force: true });
  const flags = [
    "--stack",
    options.stack,
    "--config-file",
    workspace.configFile,
    "--event-log",
    workspace.eventLog,
    "--suppress-progress",
    ...(command === "preview" ? [] : ["--yes"]),
    ...(command !== "preview" && options.skipPreview ? ["--skip-preview"] : []),
    ...(options.diff ? ["--diff"] : []),
    ...(options.parallel ? ["--parallel", String(options.parallel)] : []),
  ];
  const run = await runPulumi([command, ...flags], options, workspace.env);
  const log = existsSync(workspace.eventLog) ? await readFile(workspace.eventLog, "utf8") : "";
  return { ok: run.code === 0, stdoutText: run.text, ...readPulumiEvents(log) };
}

async function prepare(options: EngineOptions): Promise<Workspace> {
  const folder = `${options.statePath ?? defaultStatePath(options)}.pulumi`;
  const configFile = join(folder, `Pulumi.${options.stack}.yaml`);
  const backend = join(folder, "backend");
  const home = join(folder, "home");
  await mkdir(backend, { recursive: true });
  await mkdir(home, { recursive: true });
  const env: Record<string, string> = {
    PULUMI_BACKEND_URL: `file://${backend}`,
    PULUMI_CONFIG_PASSPHRASE: process.env.PULUMI_CONFIG_PASSPHRASE || "test-engine",
    PULUMI_HOME: home,
    // Makes the CLI accept --event-log.
    PULUMI_DEBUG_COMMANDS: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    ...options.env,
  };
  const workspace = { folder, configFile, env, eventLog: join(folder, "events.jsonl") };
  if (!existsSync(configFile)) await initialize(options, workspace);
  return workspace;
}

/** `stack init` writes beside Pulumi.yaml whatever one asks for: so it gets a project of its own, by the same name. */
async function initialize(options: EngineOptions, { configFile, folder, env }: Workspace): Promise<void> {
  const { project } = await readProgramSettings(options);
  const cwd = join(folder, "init");
  const written = join(cwd, `Pulumi.${options.stack}.yaml`);
  await mkdir(cwd, { recursive: true });
  await writeFile(join(cwd, "Pulumi.yaml"), stringify({ name: project, runtime: "nodejs" }));
  const run = await runPulumi(
    ["stack", "init", options.stack, "--no-select"],
    { cwd, stack: options.stack },
    env,
  );
  if (run.code !== 0) throw new Error(run.text);
  if (existsSync(written)) await copyFile(written, configFile);
  else await writeFile(configFile, "");
}

/** Configuration is what this call says and what the project's own stack file says, not what a former call said. */
async function configure(options: EngineOptions, { configFile, env }: Workspace): Promise<void> {
  const { encryptionsalt } = (parse(await readFile(configFile, "utf8")) ?? {}) as { encryptionsalt?: string };
  const own = join(resolve(options.cwd), `Pulumi.${options.stack}.yaml`);
  const base = existsSync(own) ? (parse(await readFile(own, "utf8")) as Record<string, unknown>) : {};
  await writeFile(configFile, stringify({ ...base, ...(encryptionsalt && { encryptionsalt }) }));
  const pairs = [
    ...Object.entries(options.config ?? {}).flatMap(([key, value]) => ["--plaintext", `${key}=${value}`]),
    ...Object.entries(options.secretConfig ?? {}).flatMap(([key, value]) => ["--secret", `${key}=${value}`]),
  ];
  if (pairs.length === 0) return;
  const flags = ["--stack", options.stack, "--config-file", configFile];
  const quiet = { cwd: options.cwd, stack: options.stack };
  const run = await runPulumi(["config", "set-all", ...flags, ...pairs], quiet, env);
  if (run.code !== 0) throw new Error(run.text);
}
