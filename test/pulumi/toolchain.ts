import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, readFile, symlink } from "node:fs/promises";
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

/** A language that Pulumi programs are written in beside TypeScript, whose host is built when a test asks for it. */
export type Language = "yaml" | "python" | "go" | "java";

const hosts = new Map<Language, Promise<string[]>>();

/** The folder of a language's host; empty where the one on PATH does. */
export function languageHost(language: Language, progress: Progress = toStderr): Promise<string[]> {
  const known = hosts.get(language);
  if (known) return known;
  const host = isOnPath(`pulumi-language-${language}`)
    ? Promise.resolve([])
    : buildLanguageHost(language, progress).then((folder) => [folder]);
  hosts.set(language, host);
  return host;
}

/** The program that writes SDKs: `generate-sdk python|go|nodejs SCHEMA FOLDER`. */
export async function sdkGenerator(progress: Progress = toStderr): Promise<string> {
  return join(await sdkPrograms(progress), "generate-sdk");
}

/** The program that writes SDKs for Java and .NET: `generate-sdk java|dotnet SCHEMA FOLDER`. */
export async function javaSdkGenerator(progress: Progress = toStderr): Promise<string> {
  const folder = await buildModule(
    {
      name: "the generator of Pulumi SDKs for Java and .NET",
      module: join(__dirname, "java"),
      cache: "pulumi-sdk-java",
      packages: ["./generate-sdk"],
      programs: ["generate-sdk"],
      flags: linked({}),
      takes: "about a minute on 2 cores",
      instead: "leave out test/plugin/javaDotnet and test/e2e/languages",
    },
    progress,
  );
  return join(folder, "generate-sdk");
}

/** A folder for PATH: what stands before the hosts for Python and Go, which are older than `pulumi package add`. */
export async function languageHostsWithSdks(progress: Progress = toStderr): Promise<string> {
  const folder = await sdkPrograms(progress);
  for (const language of ["python", "go"]) {
    const host = join(folder, `pulumi-language-${language}`);
    await symlink("language-host-with-sdks", host).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  }
  return folder;
}

function sdkPrograms(progress: Progress): Promise<string> {
  return buildModule(
    {
      name: "the generator of Pulumi SDKs",
      module: join(__dirname, "cli"),
      cache: "pulumi-sdk",
      packages: ["./generate-sdk", "./language-host-with-sdks"],
      programs: ["generate-sdk", "language-host-with-sdks"],
      flags: linked({}),
      takes: "half a minute after the CLI",
      instead: "leave out test/plugin/sdks and test/plugin/packageAdd",
    },
    progress,
  );
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

const sdk = "github.com/pulumi/pulumi/sdk/v3";

/** What each host is built from. */
const hostBuilds = {
  yaml: {
    module: "yaml",
    package: "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
    beside: [],
    takes: "about 3 minutes on 2 cores",
  },
  python: {
    module: "hosts",
    package: `${sdk}/python/cmd/pulumi-language-python`,
    beside: [{ module: sdk, file: "python/cmd/pulumi-language-python-exec" }],
    takes: "about a minute on 2 cores",
  },
  go: {
    module: "hosts",
    package: `${sdk}/go/pulumi-language-go`,
    beside: [],
    takes: "about a minute on 2 cores",
  },
  java: {
    module: "java",
    package: "github.com/pulumi/pulumi-java/pkg/cmd/pulumi-language-java",
    beside: [],
    takes: "about a minute on 2 cores",
  },
} as const satisfies Record<Language, object>;

function buildLanguageHost(language: Language, progress: Progress): Promise<string> {
  const host = hostBuilds[language];
  return buildModule(
    {
      name: `Pulumi's language host for ${{ yaml: "YAML", python: "Python", go: "Go", java: "Java" }[language]}`,
      module: join(__dirname, host.module),
      cache: `pulumi-language-${language}`,
      packages: [host.package],
      programs: [`pulumi-language-${language}`],
      flags: linked({}),
      beside: host.beside,
      takes: host.takes,
      instead: `put pulumi-language-${language} on PATH`,
    },
    progress,
  );
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

export function isOnPath(command: string): boolean {
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
