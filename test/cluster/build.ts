import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { buildModule } from "../builds/buildModule.js";
import { goCommand } from "../builds/goCommand.js";
import type { Progress } from "../builds/progress.js";

/** The control plane's binary, built first if this state of its sources was never built here. */
export async function build(progress: Progress): Promise<string> {
  const folder = await buildModule(
    {
      name: "the control plane",
      module: __dirname,
      cache: "cluster",
      packages: ["."],
      programs: ["cluster"],
      flags: await buildFlags(),
      takes: "about 8 minutes on 2 cores",
      instead: "set SIDECAR_TEST_KUBECONFIG to use a cluster that you have",
    },
    progress,
  );
  return join(folder, "cluster");
}

/** Runs `go` in this folder, where the module is. */
export function go(...args: string[]): Promise<string> {
  return goCommand(__dirname, ...args);
}

async function buildFlags(): Promise<string[]> {
  const module = await readFile(join(__dirname, "go.mod"), "utf8");
  const [, version, major, minor] = /k8s\.io\/kubernetes (v(\d+)\.(\d+)\.\S+)/.exec(module) ?? [];
  if (version === undefined) throw new Error("go.mod requires no k8s.io/kubernetes");
  // Clients read the API server's version to know what it can do; without these it says v0.0.0-master.
  const variables = { gitVersion: version, gitMajor: major, gitMinor: minor, gitTreeState: "clean" };
  const link = ["-s", "-w"];
  for (const [name, value] of Object.entries(variables))
    link.push("-X", `k8s.io/component-base/version.${name}=${value}`);
  return ["-trimpath", "-ldflags", link.join(" ")];
}
