import { spawnSync } from "node:child_process";

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { stringify } from "yaml";
import { connect } from "../../provider/cluster/connect";
import type { KubernetesApi } from "../../provider/cluster/KubernetesApi";
import { allContainers, type Pod } from "../../provider/cluster/podTemplate";
import { startCluster } from "../../test/cluster/cluster";
import { steps } from "./steps";

const usage = `usage: npm run demo -- [--context CONTEXT]
  Takes the six steps of this example one after the other, and shows for each the preview, the restarts, and the
  lines of a pod that changed. Without --context it starts a control plane of its own, and ends it afterwards.
  --context CONTEXT  use that cluster of your kubeconfig; Istio must be there, and a namespace "shop" must not`;

const { values } = parseArgs({ options: { context: { type: "string" }, help: { type: "boolean" } } });
const root = join(__dirname, "../..");

if (values.help) console.log(usage);
else void main(values.context);

async function main(context: string | undefined): Promise<void> {
  const cluster = context === undefined ? await startCluster() : undefined;
  const folder = await mkdtemp(join(tmpdir(), "sidecar-demo-"));
  const program = new Program(folder, cluster?.kubeconfig, context);
  const end = async () => {
    await cluster?.stop();
    await rm(folder, { recursive: true, force: true });
  };
  process.once("SIGINT", () => void end().then(() => process.exit(130)));
  try {
    await walk(
      program,
      await connect({
        ...(cluster ? { kubeconfig: cluster.kubeconfig } : {}),
        ...(context ? { context } : {}),
      }),
    );
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  } finally {
    await end();
  }
}

async function walk(program: Program, api: KubernetesApi): Promise<void> {
  heading("A Deployment in a namespace with sidecars, and global settings");
  program.run("up", 0);
  let pod = await anyPod(api);
  try {
    for (const [index, { title, settings }] of steps.entries()) {
      heading(`Step ${index + 1} of ${steps.length}: ${title}`);
      console.log(indented(stringify(settings).trimEnd()));
      console.log("\nThe preview, as a reviewer sees it:");
      program.run("preview", index + 1);
      console.log("\nThe update:");
      program.run("up", index + 1);
      const next = await anyPod(api);
      console.log("\nOn the pod:");
      console.log(indented(changedLines(pod, next).join("\n")));
      pod = next;
    }
    heading("The same again: nothing to do");
    program.run("up", steps.length);
  } finally {
    heading("Destroy: the injector's ConfigMap as it was");
    program.run("destroy", steps.length);
  }
}

/** The example's program, run by the test engine, so that the demo needs no Pulumi CLI. */
class Program {
  constructor(
    private readonly folder: string,
    private readonly kubeconfig: string | undefined,
    private readonly context: string | undefined,
  ) {}

  run(operation: "preview" | "up" | "destroy", step: number): void {
    const cli = join(root, "test/engine/cli.ts");
    const flags = [
      "--cwd",
      __dirname,
      "--stack",
      "demo",
      "--state",
      join(this.folder, "state.json"),
      "--config",
      `step=${step}`,
    ];
    const access = this.context === undefined ? [] : ["--config", `kubernetes:context=${this.context}`];
    const more = operation === "preview" ? ["--diff"] : ["--skip-preview"];
    const run = spawnSync(
      process.execPath,
      ["--import", "tsx", cli, operation, ...flags, ...access, ...more],
      {
        cwd: root,
        encoding: "utf8",
        env: { ...process.env, ...(this.kubeconfig ? { KUBECONFIG: this.kubeconfig } : {}) },
      },
    );
    console.log(indented(tidy(run.stdout)));
    if (run.status !== 0) throw new Error(`${operation} failed\n${run.stderr}`);
  }
}

// names of resources in full fill the screen, and say nothing that the lines above them do not
function tidy(text: string): string {
  return text
    .split("\n")
    .filter((line) => !/^\s*\[(urn|id)=/.test(line) && line.trim() !== "")
    .map((line) => (line.length > 220 ? `${line.slice(0, 219)}…` : line))
    .join("\n");
}

async function anyPod(api: KubernetesApi): Promise<Pod> {
  const { items } = await api.request<{ items: Pod[] }>({
    method: "GET",
    path: "/api/v1/namespaces/shop/pods",
  });
  const pod = items.find(({ metadata }) => !metadata.deletionTimestamp);
  if (!pod) throw new Error("no pod in namespace shop");
  return pod;
}

/** The lines of the sidecar's containers that differ, with the container's name. */
function changedLines(before: Pod, after: Pod): string[] {
  return ["istio-init", "istio-validation", "istio-proxy"].flatMap((name) => {
    const [old, now] = [before, after].map((pod) => linesOf(pod, name));
    const gone = (old ?? []).filter((line) => !now?.includes(line)).map((line) => `- ${line}`);
    const come = (now ?? []).filter((line) => !old?.includes(line)).map((line) => `+ ${line}`);
    return gone.length + come.length === 0 ? [] : [`${name}:`, ...gone, ...come];
  });
}

function linesOf(pod: Pod, name: string): string[] {
  const found = allContainers(pod.spec).find((container) => container.name === name);
  if (!found) return [];
  const { resources, args = [], env = [], lifecycle } = found;
  return [
    ...["limits", "requests"].map(
      (kind) => `resources.${kind}: ${JSON.stringify(resources?.[kind as "limits"])}`,
    ),
    ...args
      .map((argument, index) =>
        argument.startsWith("-") && !args[index + 1]?.startsWith("-")
          ? `${argument} ${args[index + 1] ?? ""}`
          : "",
      )
      .filter(Boolean),
    ...env
      .filter(({ value }) => value !== undefined)
      .map((variable) => `env ${variable.name}: ${variable.value?.replaceAll("\n", " ")}`),
    ...Object.entries(lifecycle ?? {}).map(
      ([hook, handler]) => `lifecycle.${hook}: ${JSON.stringify(handler)}`,
    ),
  ];
}

function heading(text: string): void {
  console.log(`\n${text}\n${"=".repeat(text.length)}`);
}

function indented(text: string): string {
  return text
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
}
