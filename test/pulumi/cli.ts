import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { pulumiEnvironment } from "./environment";
import { toolchain } from "./toolchain";

const usage = `usage: npm run pulumi -- ARGS
  Runs the Pulumi CLI in this repository, with a file backend and a home of its own in .pulumi/: stacks of the examples, no login.
  The CLI on PATH is used if it is usable; else one is built from its Go modules, once (about 4 minutes on 2 cores).
  --kubernetes   first of all ARGS: with the Kubernetes plugin, for programs that have Kubernetes resources (7 more minutes, once)

  npm run pulumi -- version
  npm run pulumi -- stack init dev --cwd examples/waves
  npm run pulumi -- preview --diff --cwd examples/waves`;

void main(process.argv.slice(2));

async function main(args: string[]): Promise<void> {
  if (args.length === 0) {
    console.log(usage);
    return;
  }
  const withKubernetes = args[0] === "--kubernetes";
  const root = join(__dirname, "../..");
  const env = await pulumiEnvironment(await toolchain(), join(root, ".pulumi"), {
    kubernetes: withKubernetes,
  });
  const child = spawn("pulumi", withKubernetes ? args.slice(1) : args, {
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  // Ctrl-C reaches the CLI as well, which decides when to end.
  process.on("SIGINT", () => undefined);
  const [code] = (await once(child, "close")) as [number | null];
  process.exitCode = code ?? 1;
}
