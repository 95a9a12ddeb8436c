import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { buildModule } from "../builds/buildModule.js";
import { goCommand } from "../builds/goCommand.js";
import type { Progress } from "../builds/progress.js";
import type { IstioRelease } from "./istioRelease.js";

const instead = "set SIDECAR_TEST_KUBECONFIG to use a cluster that you have";

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
      instead,
    },
    progress,
  );
  return join(folder, "cluster");
}

/** The binary that has istiod and its chart: the release's, or without one the control plane's. */
export async function buildIstiod(release: IstioRelease | undefined, progress: Progress): Promise<string> {
  if (release === undefined) return build(progress);
  const { name, version, revision, module } = release;
  // Istio has had its version in either of these packages
  const variables = ["istio.io/istio/pkg/version", "istio.io/pkg/version"].flatMap((path) => [
    ...["-X", `${path}.buildVersion=${version}`],
    ...["-X", `${path}.buildGitRevision=${revision}`],
  ]);
  const folder = await buildModule(
    {
      name: `istiod ${version}`,
      module,
      cache: `istiod-${name}`,
      packages: ["."],
      programs: ["istiod"],
      flags: ["-trimpath", "-ldflags", ["-s", "-w", ...variables].join(" ")],
      takes: "about 5 minutes on 2 cores",
      instead,
    },
    progress,
  );
  return join(folder, "istiod");
}

/** The folder of the sources of the Istio that runs. */
export async function istioSources(release: IstioRelease | undefined): Promise<string> {
  const module = "istio.io/istio";
  const go = (...args: string[]) => goCommand(release?.module ?? __dirname, ...args);
  const directory = () => go("list", "-m", "-f", "{{.Dir}}", module);
  if ((await directory()) === "") await go("mod", "download", module);
  return directory();
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
