import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { stringify } from "yaml";
import { connect } from "../../provider/cluster/connect";
import { hasStatus, type KubernetesApi } from "../../provider/cluster/KubernetesApi";
import { allContainers, type Pod } from "../../provider/cluster/podTemplate";
import { startCluster } from "../../test/cluster/cluster";
import { pulumi } from "../../test/pulumi/pulumi";
import { toolchain } from "../../test/pulumi/toolchain";
import { applyWorkload, deleteWorkload } from "./applyWorkload";
import { changesOnly } from "./changesOnly";
import { steps } from "./steps";

const usage = `usage: npm run demo -- [--context CONTEXT [--yes]] [--full] [--record]
  Takes the six steps of this example one after the other, and shows for each the preview, the restarts, and the
  lines of a pod that changed. Without --context it starts a control plane of its own, and ends it afterwards.
  The Pulumi CLI on PATH runs the program; without one, the CLI is built from its Go modules.
  --context CONTEXT  use that cluster of your kubeconfig, after asking; Istio must be there, and a namespace "shop" must
                     not. Only that namespace is touched: there are no global settings then
  --yes              don't ask
  --full             everything that is printed, not only what changes
  --record           keep what was shown in recording.txt`;

const { values } = parseArgs({
  options: {
    context: { type: "string" },
    yes: { type: "boolean", default: false },
    full: { type: "boolean", default: false },
    record: { type: "boolean", default: false },
    help: { type: "boolean" },
  },
});
const shown: string[] = [];

if (values.help) console.log(usage);
else void main(values.context);

async function main(context: string | undefined): Promise<void> {
  if (context !== undefined && !(await mayTouch(context))) {
    console.log("Nothing was done.");
    process.exitCode = 1;
    return;
  }
  // each takes minutes when it is built for the first time, and they share the cores well
  const [cluster, tools] = await Promise.all([
    context === undefined ? startCluster() : undefined,
    toolchain(),
  ]);
  console.log(`Pulumi ${tools.version}, ${tools.source}`);
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
    if (values.record) await record();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  } finally {
    await end();
  }
}

async function walk(program: Program, api: KubernetesApi): Promise<void> {
  if (values.context !== undefined) await requireNoShop(api);
  heading("A Deployment in a namespace with sidecars");
  await applyWorkload(api);
  await program.run("up", 0);
  let pod = await anyPod(api);
  try {
    for (const [index, { title, settings }] of steps.entries()) {
      heading(`Step ${index + 1} of ${steps.length}: ${title}`);
      show(indented(stringify(settings).trimEnd()));
      show("\nThe preview, as a reviewer sees it:");
      await program.run("preview", index + 1);
      show("\nThe update:");
      await program.run("up", index + 1);
      const next = await anyPod(api);
      show("\nOn the pod:");
      show(indented(changedLines(pod, next).join("\n")));
      pod = next;
    }
    heading("The same again: nothing to do");
    await program.run("up", steps.length);
  } finally {
    heading("Destroy: the injector's ConfigMap as it was");
    await program.run("destroy", steps.length);
    await deleteWorkload(api);
  }
}

async function mayTouch(context: string): Promise<boolean> {
  if (values.yes) return true;
  const { server } = await connect({ context });
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await new Promise<string>((resolve) => {
    terminal.once("close", () => resolve(""));
    terminal.question(
      `This creates namespace shop in context ${context} (${server}), with a Deployment and sidecar settings,\n` +
        "and deletes it afterwards. It adds templates to Istio's injector ConfigMap and takes them out again.\n" +
        "No other namespace gets settings. Go on? [y/N] ",
      resolve,
    );
  });
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

async function requireNoShop(api: KubernetesApi): Promise<void> {
  const path = "/api/v1/namespaces/shop";
  const found = await api.request({ method: "GET", path }).catch((error: unknown) => {
    if (!hasStatus(error, 404)) throw error;
    return undefined;
  });
  if (found !== undefined) throw new Error("there is a namespace shop already, which the demo would delete");
}

/** The example's program, run by the Pulumi CLI. */
class Program {
  constructor(
    private readonly folder: string,
    private readonly kubeconfig: string | undefined,
    private readonly context: string | undefined,
  ) {}

  async run(operation: "preview" | "up" | "destroy", step: number): Promise<void> {
    const { context, kubeconfig } = this;
    const { ok, stdoutText } = await pulumi[operation]({
      cwd: __dirname,
      stack: "demo",
      state: join(this.folder, "state"),
      config: { step: String(step), ...(context ? { "kubernetes:context": context, global: "false" } : {}) },
      env: {
        // Node runs the example's TypeScript without checking it once more
        PULUMI_NODEJS_TRANSPILE_ONLY: "true",
        ...(kubeconfig ? { KUBECONFIG: kubeconfig } : {}),
      },
      ...(operation === "preview" ? { diff: true } : { skipPreview: true }),
    });
    if (!ok) throw new Error(`${operation} failed\n${stdoutText}`);
    show(indented(values.full ? stdoutText : changesOnly(stdoutText).join("\n")));
  }
}

function show(text: string): void {
  shown.push(text);
  console.log(text);
}

async function record(): Promise<void> {
  await writeFile(join(__dirname, "recording.txt"), `${shown.join("\n").trim()}\n`);
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
  show(`\n${text}\n${"=".repeat(text.length)}`);
}

function indented(text: string): string {
  return text
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
}
