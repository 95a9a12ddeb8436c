import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { access, mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { cacheDirectory } from "./cacheDirectory.js";
import type { Progress } from "./progress.js";
import { withLock } from "./withLock.js";

const OLDEST_GO = [1, 26] as const;
const KEPT_BUILDS = 3;

/** The control plane's binary, built first if this version of its sources was never built here. */
export async function build(progress: Progress): Promise<string> {
  const version = await goVersion();
  const flags = await buildFlags();
  const sources = await digestOfSources(version, flags);
  const builds = join(cacheDirectory(), "cluster");
  const binary = join(builds, sources, "cluster");
  if (await exists(binary)) return binary;

  await mkdir(join(builds, sources), { recursive: true });
  // Two builds at once would take twice as long each.
  await withLock(join(builds, "lock"), progress, async () => {
    if (await exists(binary)) return;
    progress(`building the control plane with ${version}: about 8 minutes on 2 cores the first time`);
    // The rename is atomic, so a build that is cut short leaves nothing that looks like a binary.
    const unfinished = join(builds, sources, `unfinished-${process.pid}`);
    try {
      await goBuild(unfinished, flags, progress);
      await rename(unfinished, binary);
    } finally {
      await rm(unfinished, { force: true });
    }
    await removeOldBuilds(builds, sources);
  });
  return binary;
}

/** Runs `go` in this folder, where the module is. */
export async function go(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("go", args, { cwd: __dirname, maxBuffer: 1 << 26 });
  return stdout.trim();
}

async function goVersion(): Promise<string> {
  let version: string;
  try {
    version = await go("env", "GOVERSION");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      throw new Error(
        `the test cluster is built from source and needs Go ${OLDEST_GO.join(".")} or newer; ` +
          "there is no `go` on PATH (set SIDECAR_TEST_KUBECONFIG to use a cluster you already have)",
      );
    }
    throw new Error(
      `the test cluster needs Go ${OLDEST_GO.join(".")} or newer; \`go\` says:\n${(error as Error).message}`,
    );
  }
  const [, major = "0", minor = "0"] = /^go(\d+)\.(\d+)/.exec(version) ?? [];
  const older =
    Number(major) < OLDEST_GO[0] || (Number(major) === OLDEST_GO[0] && Number(minor) < OLDEST_GO[1]);
  if (older) throw new Error(`the test cluster needs Go ${OLDEST_GO.join(".")} or newer; this is ${version}`);
  return version;
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

async function digestOfSources(version: string, flags: readonly string[]): Promise<string> {
  const digest = createHash("sha256").update(version).update(flags.join("\0"));
  const files = (await readdir(__dirname)).filter((file) => file.endsWith(".go"));
  for (const file of ["go.mod", "go.sum", ...files.sort()]) {
    digest.update(`\0${file}\0`).update(await readFile(join(__dirname, file)));
  }
  return digest.digest("hex");
}

async function goBuild(output: string, flags: readonly string[], progress: Progress): Promise<void> {
  const started = Date.now();
  let packages = 0;
  let errors = "";
  const report = setInterval(() => {
    const phase = packages === 0 ? "downloading modules" : `${packages} packages compiled`;
    progress(`building: ${Math.round((Date.now() - started) / 1000)} s, ${phase}`);
  }, 20_000);
  try {
    const child = spawn("go", ["build", "-v", ...flags, "-o", output, "."], {
      cwd: __dirname,
      env: { ...process.env, CGO_ENABLED: "0" },
      stdio: ["ignore", "ignore", "pipe"],
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      // With -v, go names each package it compiles on a line of its own; what holds a space is something else.
      for (const line of text.split("\n")) {
        if (line === "" || line.startsWith("go: downloading")) continue;
        if (line.includes(" ")) errors += `${line}\n`;
        else packages += 1;
      }
    });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject).once("close", resolve);
    });
    if (code !== 0) throw new Error(`go build failed (exit code ${code}):\n${errors}`);
    progress(`built in ${Math.round((Date.now() - started) / 1000)} s`);
  } finally {
    clearInterval(report);
  }
}

// A binary is 200 MB. Clusters that still run an old one keep running: the kernel keeps a deleted file's pages.
async function removeOldBuilds(builds: string, current: string): Promise<void> {
  const others = (await readdir(builds)).filter((name) => /^[0-9a-f]{64}$/.test(name) && name !== current);
  const aged = await Promise.all(
    others.map(async (name) => ({ name, age: (await stat(join(builds, name))).mtimeMs })),
  );
  aged.sort((a, b) => b.age - a.age);
  for (const { name } of aged.slice(KEPT_BUILDS - 1)) {
    await rm(join(builds, name), { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
