#!/usr/bin/env node
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { buffer } from "node:stream/consumers";
import { connect } from "../cluster/connect.js";
import { UnreachableError } from "../cluster/KubernetesApi.js";
import { decoded } from "./decoded.js";
import type { Io } from "./Io.js";
import { type PackageInfo, run } from "./run.js";

const packageFolder = join(__dirname, "../..");
const info = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8")) as PackageInfo;

let interrupted = false;
let wake: (() => void) | undefined;
process.once("SIGINT", () => {
  interrupted = true;
  if (wake) wake();
  // not waiting for the next refresh: a request is in progress, so exit at once
  else process.exit(130);
});
// `| head` closes the pipe once it has enough
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

let lastOutput = performance.now();
/** Shows that a slow cluster is not a hung command; neither ends the process nor keeps it running. */
function sayIfSlow(): void {
  lastOutput = performance.now();
  setInterval(() => {
    if (performance.now() - lastOutput < 5_000) return;
    lastOutput = performance.now();
    process.stderr.write(`still reading from the cluster (${Math.round(performance.now() / 1000)} s)\n`);
  }, 500).unref();
}

const io: Io = {
  out: (chunk) => {
    lastOutput = performance.now();
    process.stdout.write(chunk);
  },
  err: (chunk) => {
    lastOutput = performance.now();
    process.stderr.write(chunk);
  },
  isTerminal: process.stdout.isTTY === true,
  columns: process.stdout.columns,
  env: process.env,
  readFile: async (path) => decoded(path === "-" ? await buffer(process.stdin) : await readFile(path)),
  exists: async (path) => existsSync(path),
  writeNewFile: async (path, content) => {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content, { flag: "wx" });
  },
  packageFolder,
  connect: async (access) => {
    if (access.kubeconfig !== undefined && !existsSync(access.kubeconfig))
      throw new UnreachableError(`--kubeconfig ${access.kubeconfig}: there is no such file`);
    sayIfSlow();
    return connect(access);
  },
  now: () => Date.now(),
  sleep: (milliseconds) =>
    new Promise((resolve) => {
      // no such notice while --watch waits
      lastOutput = performance.now() + milliseconds;
      if (interrupted) return resolve(false);
      const end = (value: boolean) => {
        clearTimeout(timer);
        wake = undefined;
        resolve(value);
      };
      const timer = setTimeout(() => end(true), milliseconds);
      wake = () => end(false);
    }),
};

void run(process.argv.slice(2), io, info).then((code) => {
  process.exitCode = code;
});
