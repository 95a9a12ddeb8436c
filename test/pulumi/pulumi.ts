import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { parse, stringify } from "yaml";
import { joined, pulumiEnvironment } from "./environment";
import { readEvents } from "./events";
import type { ProgramOptions } from "./ProgramOptions";
import type { ProgramResult } from "./ProgramResult";
import type { PropertyMap } from "./propertyValue";
import { type CommandRun, runCommand } from "./runCommand";
import { toolchain } from "./toolchain";

type Operation = "preview" | "up" | "refresh" | "destroy";

/** A stack of the CLI, kept in a folder of its own: backend, home and configuration. */
interface Workspace {
  folder: string;
  configFile: string;
  eventLog: string;
  env: Record<string, string>;
}

/** The parts of `pulumi stack export` that tests read. */
export interface StackState {
  deployment: {
    resources: { urn: string; type: string; id?: string; inputs: PropertyMap; outputs: PropertyMap }[];
  };
}

/** Operations on a program's stack, by the Pulumi CLI. */
export const pulumi = {
  preview: (options: ProgramOptions) => operate("preview", options),
  up: (options: ProgramOptions) => operate("up", options),
  refresh: (options: ProgramOptions) => operate("refresh", options),
  destroy: (options: ProgramOptions) => operate("destroy", options),
  /** Any other command, such as `["stack", "rename", "other"]`, on the same backend and stack. */
  command: async (args: readonly string[], options: ProgramOptions): Promise<CommandRun> => {
    const workspace = await prepare(options);
    return runCommand(args, options, workspace.env);
  },
  /** What `preview --json` prints, also of a preview that fails. */
  previewJson: async (options: ProgramOptions): Promise<string> => {
    const workspace = await prepare(options);
    await configure(options, workspace);
    const flags = ["--stack", options.stack, "--config-file", workspace.configFile];
    const run = await runCommand(
      ["preview", "--json", ...flags, ...(options.flags ?? [])],
      options,
      workspace.env,
    );
    if (!run.stdout.startsWith("{")) throw new Error(run.text);
    return run.stdout;
  },
  /** `stack rename`; returns the options of the renamed stack. */
  rename: async (options: ProgramOptions, stack: string): Promise<ProgramOptions> => {
    const workspace = await prepare(options);
    const run = await runCommand(
      ["stack", "rename", stack, "--stack", options.stack],
      options,
      workspace.env,
    );
    if (run.code !== 0) throw new Error(run.text);
    await copyFile(workspace.configFile, join(workspace.folder, `Pulumi.${stack}.yaml`));
    return { ...options, stack };
  },
  /** The stack's state, secrets sealed. */
  exportState: async (options: ProgramOptions): Promise<StackState> => {
    const exported = await pulumi.command(["stack", "export", "--stack", options.stack], options);
    if (exported.code !== 0) throw new Error(exported.text);
    const state = JSON.parse(exported.stdout) as StackState;
    // The CLI leaves out what is empty.
    state.deployment.resources ??= [];
    for (const resource of state.deployment.resources) {
      resource.inputs ??= {};
      resource.outputs ??= {};
    }
    return state;
  },
};

async function operate(operation: Operation, options: ProgramOptions): Promise<ProgramResult> {
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
    ...(operation === "preview" ? [] : ["--yes"]),
    ...(operation !== "preview" && options.skipPreview ? ["--skip-preview"] : []),
    ...(options.diff ? ["--diff"] : []),
    ...(options.parallel ? ["--parallel", String(options.parallel)] : []),
    ...(options.flags ?? []),
  ];
  const run = await runCommand([operation, ...flags], options, workspace.env);
  const log = existsSync(workspace.eventLog) ? await readFile(workspace.eventLog, "utf8") : "";
  return { ok: run.code === 0, stdoutText: run.text, ...readEvents(log) };
}

async function prepare(options: ProgramOptions): Promise<Workspace> {
  const folder = options.state ?? join(resolve(options.cwd), ".state", options.stack);
  const configFile = join(folder, `Pulumi.${options.stack}.yaml`);
  const environment = await pulumiEnvironment(await toolchain(), folder, {
    kubernetes: options.kubernetes ?? false,
    language: options.language,
    measured: options.measured,
  });
  const env: Record<string, string> = {
    ...environment,
    PATH: [...(options.path ?? []), environment.PATH].join(delimiter),
    // Makes the CLI accept --event-log.
    PULUMI_DEBUG_COMMANDS: "true",
    ...options.env,
    NODE_OPTIONS: joined(environment.NODE_OPTIONS ?? process.env.NODE_OPTIONS, options.env?.NODE_OPTIONS),
  };
  const workspace = { folder, configFile, env, eventLog: join(folder, "events.jsonl") };
  if (!existsSync(configFile)) await initialize(options, workspace);
  return workspace;
}

/** `stack init` writes beside Pulumi.yaml whatever one asks for: so it gets a project of its own, by the same name. */
async function initialize(options: ProgramOptions, { configFile, folder, env }: Workspace): Promise<void> {
  const name = await projectName(options);
  const cwd = join(folder, "init");
  const written = join(cwd, `Pulumi.${options.stack}.yaml`);
  await mkdir(cwd, { recursive: true });
  await writeFile(join(cwd, "Pulumi.yaml"), stringify({ name, runtime: "nodejs" }));
  const run = await runCommand(["stack", "init", options.stack, "--no-select"], { cwd }, env);
  if (run.code !== 0) throw new Error(run.text);
  if (existsSync(written)) await copyFile(written, configFile);
  else await writeFile(configFile, "");
}

/** Configuration is what this call says and what the project's own stack file says, not what a former call said. */
async function configure(options: ProgramOptions, { configFile, env }: Workspace): Promise<void> {
  const { encryptionsalt } = (parse(await readFile(configFile, "utf8")) ?? {}) as { encryptionsalt?: string };
  const own = join(resolve(options.cwd), `Pulumi.${options.stack}.yaml`);
  const base = existsSync(own) ? (parse(await readFile(own, "utf8")) as StackFile) : {};
  const project = await projectName(options);
  const qualified = Object.entries(options.config ?? {}).map(([key, value]) => [
    key.includes(":") ? key : `${project}:${key}`,
    value,
  ]);
  const config = { ...base.config, ...Object.fromEntries(qualified) };
  await writeFile(configFile, stringify({ ...base, config, ...(encryptionsalt && { encryptionsalt }) }));
  const secrets = Object.entries(options.secretConfig ?? {});
  if (secrets.length === 0) return;
  const flags = ["--stack", options.stack, "--config-file", configFile];
  const pairs = secrets.flatMap(([key, value]) => ["--secret", `${key}=${value}`]);
  const run = await runCommand(["config", "set-all", ...flags, ...pairs], { cwd: options.cwd }, env);
  if (run.code !== 0) throw new Error(run.text);
}

interface StackFile {
  config?: Record<string, unknown>;
}

async function projectName({ cwd }: Pick<ProgramOptions, "cwd">): Promise<string> {
  return (parse(await readFile(join(cwd, "Pulumi.yaml"), "utf8")) as { name: string }).name;
}
