import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { access, copyFile, mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { cacheDirectory } from "./cacheDirectory";
import { goCommand, goVersion } from "./goCommand";
import type { Progress } from "./progress";
import { withLock } from "./withLock";

const KEPT_BUILDS = 3;

/** Programs that are built from one Go module of this repository. */
export interface ModuleBuild {
  /** For progress lines and errors, such as "the control plane". */
  name: string;
  /** The folder of go.mod. */
  module: string;
  /** The folder below the cache that builds are kept in. */
  cache: string;
  /** Go packages, one for each program. */
  packages: readonly string[];
  /** The programs' file names. */
  programs: readonly string[];
  flags: readonly string[];
  /** Files of Go modules that a program reads beside itself. */
  beside?: readonly { module: string; file: string }[];
  /** How long a first build takes, such as "about 8 minutes on 2 cores". */
  takes: string;
  /** What somebody without Go can do, for the error. */
  instead: string;
}

/** The folder of the programs, which are built first if this state of their sources was never built here. */
export async function buildModule(build: ModuleBuild, progress: Progress): Promise<string> {
  const version = await goVersion(build.module, { needs: build.name, instead: build.instead });
  const sources = await digestOfSources(build, version);
  const builds = join(cacheDirectory(), build.cache);
  const folder = join(builds, sources);
  if (await isBuilt(build, folder)) return folder;

  await mkdir(builds, { recursive: true });
  // Two builds of the same at once would take twice as long each.
  await withLock(join(builds, "lock"), progress, async () => {
    if (await isBuilt(build, folder)) return;
    progress(`building ${build.name} with ${version}: ${build.takes} the first time`);
    // The rename is atomic, so a build that is cut short leaves nothing that looks like a whole one.
    const unfinished = join(builds, `unfinished-${process.pid}`);
    try {
      await mkdir(unfinished, { recursive: true });
      await goBuild(build, unfinished, progress);
      for (const { module, file } of build.beside ?? []) {
        const source = await goCommand(build.module, "list", "-m", "-f", "{{.Dir}}", module);
        await copyFile(join(source, file), join(unfinished, basename(file)));
      }
      await rm(folder, { recursive: true, force: true });
      await rename(unfinished, folder);
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
    await removeOldBuilds(builds, sources);
  });
  return folder;
}

async function isBuilt({ programs }: ModuleBuild, folder: string): Promise<boolean> {
  const found = await Promise.allSettled(programs.map((program) => access(join(folder, program))));
  return found.every(({ status }) => status === "fulfilled");
}

async function digestOfSources(build: ModuleBuild, version: string): Promise<string> {
  const digest = createHash("sha256").update(version).update(build.flags.join("\0"));
  const files = (await readdir(build.module, { recursive: true })).filter((file) => file.endsWith(".go"));
  for (const file of ["go.mod", "go.sum", ...files.sort()]) {
    digest.update(`\0${file}\0`).update(await readFile(join(build.module, file)));
  }
  return digest.digest("hex");
}

async function goBuild(build: ModuleBuild, output: string, progress: Progress): Promise<void> {
  const started = Date.now();
  let packages = 0;
  let errors = "";
  const report = setInterval(() => {
    const phase = packages === 0 ? "downloading modules" : `${packages} packages compiled`;
    progress(`building ${build.name}: ${secondsSince(started)} s, ${phase}`);
  }, 20_000);
  try {
    const child = spawn("go", ["build", "-v", ...build.flags, "-o", `${output}/`, ...build.packages], {
      cwd: build.module,
      // the compiler takes a fifth less CPU when it collects garbage less often
      env: { GOGC: "400", ...process.env, CGO_ENABLED: "0" },
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
    if (code !== 0)
      throw new Error(`building ${build.name} failed (go build, exit code ${code}):\n${errors}`);
    progress(`built ${build.name} in ${secondsSince(started)} s`);
  } finally {
    clearInterval(report);
  }
}

function secondsSince(start: number): number {
  return Math.round((Date.now() - start) / 1000);
}

// A build is 100 to 450 MB. What still runs from an old one keeps running: the kernel keeps a deleted file's pages.
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
