import { mkdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { cacheDirectory } from "../builds/cacheDirectory";
import { kubernetesPlugin, type Language, languageHost, type Toolchain } from "./toolchain";

/** The passphrase of stacks that only tests have. */
const PASSPHRASE = "test";

export const lateModules = join(__dirname, "lateModules.cjs");

/**
 * The environment of a CLI with a file backend and a home of its own in a folder, so that no login, plugin or setting of the
 * user's takes part.
 */
export async function pulumiEnvironment(
  tools: Toolchain,
  folder: string,
  options: { kubernetes: boolean; language?: Language | undefined; measured?: boolean | undefined },
): Promise<Record<string, string>> {
  const [backend, home] = [join(folder, "backend"), join(folder, "home")];
  await mkdir(backend, { recursive: true });
  await mkdir(home, { recursive: true });
  const plugin = options.kubernetes ? await kubernetesPlugin() : [];
  const host = options.language ? await languageHost(options.language) : [];
  return {
    PATH: [...tools.folders, ...plugin, ...host, process.env.PATH ?? ""].join(delimiter),
    ...(options.measured ? {} : quickStart()),
    PULUMI_BACKEND_URL: `file://${backend}`,
    PULUMI_HOME: home,
    PULUMI_CONFIG_PASSPHRASE: process.env.PULUMI_CONFIG_PASSPHRASE || PASSPHRASE,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
}

function quickStart(): Record<string, string> {
  return {
    NODE_OPTIONS: joined(process.env.NODE_OPTIONS, `--require "${lateModules}"`),
    // Node 22 and newer keep there what they compiled
    NODE_COMPILE_CACHE: join(cacheDirectory(), "node"),
  };
}

/** Options of Node from several places, which `NODE_OPTIONS` has as one text. */
export function joined(...options: (string | undefined)[]): string {
  return options.filter(Boolean).join(" ");
}
