#!/usr/bin/env node
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { connect } from "../cluster/connect.js";
import { UnreachableError } from "../cluster/KubernetesApi.js";
import type { Io } from "./Io.js";
import { run } from "./run.js";

const packageFolder = join(__dirname, "../..");
const { version } = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8")) as {
  version: string;
};

let enough = false;
let wake: (() => void) | undefined;
process.once("SIGINT", () => {
  enough = true;
  if (wake) wake();
  // nothing waits: a request is under way, and the person wants out
  else process.exit(130);
});
// `| head` closes the pipe when it has seen enough
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

// a slow cluster is not a hung command; it ends nothing, and keeps nothing from ending
let said = performance.now();
setInterval(() => {
  if (performance.now() - said < 5_000) return;
  said = performance.now();
  process.stderr.write(`still reading from the cluster (${Math.round(performance.now() / 1000)} s)\n`);
}, 500).unref();

const io: Io = {
  out: (chunk) => {
    said = performance.now();
    process.stdout.write(chunk);
  },
  err: (chunk) => {
    said = performance.now();
    process.stderr.write(chunk);
  },
  isTerminal: process.stdout.isTTY === true,
  columns: process.stdout.columns,
  env: process.env,
  readFile: (path) => (path === "-" ? text(process.stdin) : readFile(path, "utf8")),
  exists: async (path) => existsSync(path),
  writeNewFile: async (path, content) => {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content, { flag: "wx" });
  },
  packageFolder,
  connect: async (access) => {
    if (access.kubeconfig !== undefined && !existsSync(access.kubeconfig))
      throw new UnreachableError(`--kubeconfig ${access.kubeconfig}: there is no such file`);
    return connect(access);
  },
  now: () => Date.now(),
  sleep: (milliseconds) =>
    new Promise((resolve) => {
      // --watch waits on purpose
      said = performance.now() + milliseconds;
      if (enough) return resolve(false);
      const end = (value: boolean) => {
        clearTimeout(timer);
        wake = undefined;
        resolve(value);
      };
      const timer = setTimeout(() => end(true), milliseconds);
      wake = () => end(false);
    }),
};

void run(process.argv.slice(2), io, version).then((code) => {
  process.exitCode = code;
});
