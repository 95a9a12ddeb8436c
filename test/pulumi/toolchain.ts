import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, readFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { buildModule } from "../builds/buildModule";
import type { Progress } from "../builds/progress";

/** The oldest CLI that the tests take from PATH: the first that has every verb they use. */
const OLDEST_CLI = [3, 250] as const;

/** The script that starts dynamic providers, in the npm package. */
const dynamicProviders = "pulumi-resource-pulumi-nodejs";

const root = join(__dirname, "../..");
const instead = "put a Pulumi CLI on PATH";

/** A Pulumi CLI, its language host for Node and its dynamic providers. */
export interface Toolchain {
  /** Such as `3.274.1`. */
  version: string;
  /** Where it comes from, for people: `built from its Go modules`, or a path. */
  source: string;
  /** Folders that go first on PATH. */
  folders: readonly string[];
}

let cli: Promise<Toolchain> | undefined;
let kubernetes: Promise<string[]> | undefined;

/** The CLI on PATH if it is usable, else one that is built from its Go modules, at most once on a machine. */
export function toolchain(progress: Progress = toStderr): Promise<Toolchain> {
  cli ??= find(progress);
  return cli;
}

/** The folder of the Kubernetes plugin; empty where the one on PATH does. */
export function kubernetesPlugin(progress: Progress = toStderr): Promise<string[]> {
  kubernetes ??= isOnPath("pulumi-resource-kubernetes")
    ? Promise.resolve([])
    : buildKubernetesPlugin(progress).then((folder) => [folder]);
  return kubernetes;
}

async function find(progress: Progress): Promise<Toolchain> {
  const found = await usableCli();
  if (found) return { ...found, folders: [] };
  const version = await requiredVersion("cli", "github.com/pulumi/pulumi/pkg/v3");
  const folder = await buildModule(
    {
      name: "the Pulumi CLI",
      module: join(__dirname, "cli"),
      cache: "pulumi",
      packages: ["github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", "./pulumi-language-nodejs"],
      programs: ["pulumi", "pulumi-language-nodejs"],
      flags: linked({
        "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": version,
        "main.version": version,
      }),
      takes: "about 4 minutes on 2 cores",
      instead,
    },
    progress,
  );
  // A plugin beside the CLI is its own; one from elsewhere on PATH costs a warning in each operation.
  const packaged = dirname(require.resolve("@pulumi/pulumi/package.json"));
  await copyFile(join(packaged, dynamicProviders), join(folder, dynamicProviders));
  return { version, source: "built from its Go modules", folders: [folder] };
}

async function buildKubernetesPlugin(progress: Progress): Promise<string> {
  // What programs ask for is what their npm package says.
  const { version } = JSON.parse(
    await readFile(require.resolve("@pulumi/kubernetes/package.json"), "utf8"),
  ) as { version: string };
  return buildModule(
    {
      name: "Pulumi's Kubernetes plugin",
      module: join(__dirname, "kubernetes"),
      cache: "pulumi-kubernetes",
      packages: ["."],
      programs: ["pulumi-resource-kubernetes"],
      flags: linked({ "main.version": version }),
      beside: [
        {
          module: "github.com/pulumi/pulumi-kubernetes/provider/v4",
          file: "cmd/pulumi-resource-kubernetes/schema.json",
        },
      ],
      takes: "about 7 minutes on 2 cores",
      instead: "put pulumi-resource-kubernetes on PATH",
    },
    progress,
  );
}

/** A CLI on PATH, with a language host for Node beside it, that is new enough. */
async function usableCli(): Promise<Omit<Toolchain, "folders"> | undefined> {
  const path = onPath("pulumi");
  if (path === undefined || !["pulumi-language-nodejs", dynamicProviders].every(isOnPath)) return undefined;
  const { stdout } = await promisify(execFile)(path, ["version"], {
    env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
  }).catch(() => ({ stdout: "" }));
  const [, version, major = 0, minor = 0] = /^v?((\d+)\.(\d+)\.\S+)/.exec(stdout.trim()) ?? [];
  const newEnough =
    Number(major) > OLDEST_CLI[0] || (Number(major) === OLDEST_CLI[0] && Number(minor) >= OLDEST_CLI[1]);
  return version !== undefined && newEnough ? { version, source: path } : undefined;
}

async function requiredVersion(module: string, path: string): Promise<string> {
  const text = await readFile(join(__dirname, module, "go.mod"), "utf8");
  const [, version] = new RegExp(`${path.replaceAll(".", "\\.")} v(\\S+)`).exec(text) ?? [];
  if (version === undefined) throw new Error(`test/pulumi/${module}/go.mod requires no ${path}`);
  return version;
}

function linked(variables: Record<string, string>): string[] {
  const link = ["-s", "-w"];
  for (const [name, value] of Object.entries(variables)) link.push("-X", `${name}=${value}`);
  return ["-trimpath", "-ldflags", link.join(" ")];
}

function isOnPath(command: string): boolean {
  return onPath(command) !== undefined;
}

// npm puts node_modules/.bin on PATH, where the package `pulumi` has a downloader of that name.
function onPath(command: string): string | undefined {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "" && !folder.startsWith(root))
    .map((folder) => join(folder, command))
    .find((path) => existsSync(path));
}

function toStderr(line: string): void {
  process.stderr.write(`pulumi: ${line}\n`);
}
