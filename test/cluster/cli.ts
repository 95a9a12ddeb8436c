import { parseArgs } from "node:util";
import { isAlive } from "../builds/processIdentity.js";
import { allStates, type ClusterState, kubeconfigPath, readState, type Sidecars } from "./clusterState.js";
import { type Component, componentsOf } from "./component.js";
import { startComponent, stopComponent } from "./componentProcess.js";
import { createControlPlane, destroyControlPlane, removeAbandoned } from "./controlPlane.js";
import { istioRelease, istioReleases } from "./istioRelease.js";

const HELP = `A Kubernetes control plane with Istio's injector, on loopback, for tests and demos.

usage: npm run cluster -- COMMAND [options]

  up                  start a cluster; the last line of stdout is its kubeconfig's path
    --sidecars MODE     native (default) or classic
    --istiod RELEASE    an older Istio: ${istioReleases.join(", ")} (default: the newest)
    --kubeconfig FILE   write the kubeconfig to FILE as well
    --port-base N       first of the ports, in a row, that it listens on (default: free ones)
    --set PATH=VALUE    an Istio setting, as istioctl takes it; may be given again
    --revision NAME     one more istiod for this revision; may be given again
    --audit FILE        log every request's metadata to FILE
  down                end the cluster and remove its data
  status              list clusters and their components
  stop COMPONENT      stop one component: ${componentsOf({ revisions: [], replicas: [] }).join(", ")}
  start COMPONENT     start it again

    --name NAME         which cluster (default: default)
`;

class UsageError extends Error {}

const say = (line: string) => process.stderr.write(`${line}\n`);

async function main(): Promise<void> {
  const { values, positionals } = parse();
  const [command, ...rest] = positionals;
  if (values.help || command === "help") {
    process.stdout.write(HELP);
    return;
  }
  const operands = command === "stop" || command === "start" ? 1 : 0;
  if (rest.length !== operands) throw new UsageError(`${command ?? "no command"}: wrong number of arguments`);
  switch (command) {
    case "up":
      return up(values);
    case "down":
      return down(values.name);
    case "status":
      return status();
    case "stop":
    case "start":
      return component(command, values.name, rest[0] ?? "");
    default:
      throw new UsageError(command === undefined ? "which command?" : `there is no command ${command}`);
  }
}

function parse() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        help: { type: "boolean", short: "h" },
        name: { type: "string", default: "default" },
        sidecars: { type: "string", default: "native" },
        istiod: { type: "string" },
        kubeconfig: { type: "string" },
        "port-base": { type: "string" },
        set: { type: "string", multiple: true, default: [] },
        revision: { type: "string", multiple: true, default: [] },
        audit: { type: "string" },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

async function up(values: ReturnType<typeof parse>["values"]): Promise<void> {
  const { name, sidecars } = values;
  if (sidecars !== "native" && sidecars !== "classic")
    throw new UsageError("--sidecars is native or classic");
  const running = await readState(name);
  if (running?.ready) {
    alreadyUp(running, sidecars, values.istiod);
    return;
  }
  const interrupted = () => {
    say("interrupted: cleaning up");
    void readState(name)
      .then((state) => (state?.owner?.pid === process.pid ? destroyControlPlane(state) : undefined))
      .finally(() => process.exit(130));
  };
  process.once("SIGINT", interrupted).once("SIGTERM", interrupted);
  const state = await createControlPlane(
    {
      name,
      sidecars,
      istioValues: values.set,
      revisions: values.revision,
      replicas: [],
      audit: values.audit ?? false,
      detached: true,
      ...(values.istiod === undefined ? {} : { istio: istioRelease(values.istiod) }),
      ...(values["port-base"] === undefined ? {} : { portBase: port(values["port-base"]) }),
      ...(values.kubeconfig === undefined ? {} : { kubeconfigCopy: values.kubeconfig }),
    },
    say,
  );
  printKubeconfig(state);
}

function alreadyUp(state: ClusterState, sidecars: Sidecars, istiod: string | undefined): void {
  const dead = componentsOf(state).filter((one) => !isUp(state, one));
  if (dead.length > 0) {
    throw new Error(
      `the cluster ${state.name} is up without ${dead.join(", ")}: take it down, or start them`,
    );
  }
  if (state.sidecars !== sidecars) {
    throw new Error(`the cluster ${state.name} is up, with ${state.sidecars} sidecars: take it down first`);
  }
  if (state.istio !== istiod)
    throw new Error(
      `the cluster ${state.name} is up, with ${state.istio === undefined ? "the newest Istio" : `Istio ${state.istio}`}: take it down first`,
    );
  say(`the cluster ${state.name} is up already`);
  printKubeconfig(state);
}

function printKubeconfig(state: ClusterState): void {
  process.stdout.write(`${state.kubeconfigCopy ?? kubeconfigPath(state)}\n`);
}

async function down(name: string): Promise<void> {
  const state = await readState(name);
  if (state === undefined) {
    say(`there is no cluster ${name}`);
    return;
  }
  await destroyControlPlane(state);
  say(`the cluster ${name} is gone`);
}

async function status(): Promise<void> {
  await removeAbandoned(say);
  for (const state of await allStates()) {
    const owner = state.owner === undefined ? "" : `, belongs to process ${state.owner.pid}`;
    process.stdout.write(
      `${state.name}: ${state.istio === undefined ? "" : `Istio ${state.istio}, `}${state.sidecars} sidecars${owner}, ${kubeconfigPath(state)}\n`,
    );
    for (const one of componentsOf(state)) {
      const pid = state.processes[one]?.pid;
      process.stdout.write(`  ${one}: ${isUp(state, one) ? `running (pid ${pid})` : "stopped"}\n`);
    }
  }
}

async function component(command: "stop" | "start", name: string, wanted: string): Promise<void> {
  const state = await readState(name);
  if (state === undefined) throw new Error(`there is no cluster ${name}`);
  const known = componentsOf(state);
  const found: Component | undefined = known.find((one) => one === wanted);
  if (found === undefined) throw new UsageError(`${wanted} is none of ${known.join(", ")}`);
  if (state.owner !== undefined) throw new Error(`the cluster ${name} belongs to process ${state.owner.pid}`);
  await (command === "stop" ? stopComponent : startComponent)(state, found);
  say(`${found} is ${command === "stop" ? "stopped" : "running"}`);
}

function isUp(state: ClusterState, one: Component): boolean {
  const identity = state.processes[one];
  return identity !== undefined && isAlive(identity);
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1024 || value > 65_000) {
    throw new UsageError("--port-base is a number from 1024 to 65000");
  }
  return value;
}

main().catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error));
  if (error instanceof UsageError) say("see --help");
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
