import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";

const runtimeSchema = z.union([
  z.string().transform((name) => ({ name, options: {} as Record<string, unknown> })),
  z.object({ name: z.string(), options: z.record(z.string(), z.unknown()).default({}) }),
]);

const projectSchema = z.object({
  name: z.string(),
  runtime: runtimeSchema,
  main: z.string().optional(),
  config: z.record(z.string(), z.unknown()).optional(),
});

const stackSchema = z.object({ config: z.record(z.string(), z.unknown()).optional() });

/** Everything that a program and its providers are started with. */
export interface ProgramSettings {
  project: string;
  stack: string;
  rootDirectory: string;
  programDirectory: string;
  entryPoint: string;
  typescript: boolean;
  /** Full keys (`project:key`), values as text. */
  config: Record<string, string>;
  secretKeys: string[];
  env: Record<string, string>;
}

export interface ProgramSource {
  cwd: string;
  stack: string;
  config?: Record<string, string> | undefined;
  secretConfig?: Record<string, string> | undefined;
  env?: Record<string, string> | undefined;
}

export async function readProgramSettings(source: ProgramSource): Promise<ProgramSettings> {
  const rootDirectory = resolve(source.cwd);
  const file = join(rootDirectory, "Pulumi.yaml");
  if (!existsSync(file)) throw new Error(`no Pulumi.yaml in ${rootDirectory}`);
  const project = projectSchema.parse(parse(await readFile(file, "utf8")));
  if (project.runtime.name !== "nodejs") {
    throw new Error(`${file}: the test engine runs nodejs programs, not ${project.runtime.name}`);
  }
  const fromFiles = {
    ...projectDefaults(project.config ?? {}, project.name),
    ...(await readStackConfig(join(rootDirectory, `Pulumi.${source.stack}.yaml`), project.name)),
  };
  const secrets = qualify(source.secretConfig ?? {}, project.name);
  const { programDirectory, entryPoint } = await locate(rootDirectory, project.main);
  return {
    project: project.name,
    stack: source.stack,
    rootDirectory,
    programDirectory,
    entryPoint,
    typescript: project.runtime.options.typescript !== false,
    config: { ...fromFiles, ...qualify(source.config ?? {}, project.name), ...secrets },
    secretKeys: Object.keys(secrets),
    env: source.env ?? {},
  };
}

/** `main` may be a folder or a file; the program runs in that folder. */
async function locate(root: string, main: string | undefined) {
  if (main === undefined) return { programDirectory: root, entryPoint: "." };
  const path = resolve(root, main);
  if (/\.[cm]?[jt]s$/.test(path)) return { programDirectory: resolve(path, ".."), entryPoint: path };
  return { programDirectory: path, entryPoint: "." };
}

async function readStackConfig(file: string, project: string): Promise<Record<string, string>> {
  if (!existsSync(file)) return {};
  const { config = {} } = stackSchema.parse(parse(await readFile(file, "utf8")) ?? {});
  for (const [key, value] of Object.entries(config)) {
    if (typeof value === "object" && value !== null && "secure" in value) {
      throw new Error(`${file}: ${key} is encrypted by the Pulumi CLI; pass it with --secret ${key}=...`);
    }
  }
  return qualify(
    Object.fromEntries(Object.entries(config).map(([key, value]) => [key, text(value)])),
    project,
  );
}

function projectDefaults(config: Record<string, unknown>, project: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [key, declared] of Object.entries(config)) {
    const isObject = typeof declared === "object" && declared !== null;
    const value =
      isObject && "value" in declared
        ? declared.value
        : isObject && "default" in declared
          ? declared.default
          : undefined;
    if (value !== undefined) found[key] = text(value);
    else if (!isObject) found[key] = text(declared);
  }
  return qualify(found, project);
}

function qualify(config: Record<string, string>, project: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.includes(":") ? key : `${project}:${key}`, value]),
  );
}

function text(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
