import { join } from "node:path";
import { pulumi } from "../test/pulumi/pulumi";
import { toolchain } from "../test/pulumi/toolchain";
import { BenchCluster } from "./BenchCluster";
import { type Benchmark, progress, type Size, type Table } from "./Benchmark";
import { namespaceNames } from "./namespaceNames";
import { ProviderMemory } from "./ProviderMemory";
import { RequestCount } from "./RequestCount";
import { inTurns, ratios, Samples } from "./Samples";
import { timedCommand } from "./timedCommand";

const sizes = {
  full: { namespaces: 100, deployments: 25, replicas: 4, rounds: 3 },
  quick: { namespaces: 5, deployments: 5, replicas: 2, rounds: 1 },
};

export const preview: Benchmark = {
  name: "preview",
  about: "preview of a change that reaches all of 10,000 pods, against kubectl get pods -A -o json",
  run: (size) => BenchCluster.withFolder((cluster, folder) => measure(cluster, folder, size)),
};

async function measure(cluster: BenchCluster, folder: string, size: Size): Promise<Table[]> {
  const { namespaces, deployments, replicas, rounds } = sizes[size];
  const names = namespaceNames(namespaces);
  const places = names.flatMap((name) => namespaceNames(deployments, "api-").map((api) => `${name}/${api}`));
  const env = { KUBECONFIG: cluster.cluster.kubeconfig };
  const program = (cpu: string) => ({
    cwd: join(__dirname, "program"),
    measured: true,
    stack: "preview",
    config: { resources: "global", cpu, namespaces: "0", prefix: "none" },
    state: folder,
    env: { ...env, PULUMI_NODEJS_TRANSPILE_ONLY: "true" },
  });
  await cluster.namespaces(names);
  const first = await pulumi.up({ ...program("1"), skipPreview: true });
  if (!first.ok) throw new Error(first.stdoutText.slice(-2000));
  await cluster.deployments(places, replicas);
  const audit = cluster.cluster.audit ?? "";
  const [ours, kubectls] = ["pulumi-istio-sidecar", "kubectl"].map((agent) => new RequestCount(audit, agent));
  if (!ours || !kubectls) throw new Error("no audit log");
  const look = async (cpu: string) => {
    ours.next();
    const memory = new ProviderMemory();
    const begin = performance.now();
    const result = await pulumi.preview(program(cpu));
    const seconds = (performance.now() - begin) / 1000;
    const peak = memory.stop();
    const { all } = ours.next();
    if (!result.ok) throw new Error(result.stdoutText.slice(-2000));
    const counted = new RegExp(`${places.length} workloads \\(${places.length * replicas} pods\\) restart`);
    if (cpu !== "1" && !counted.test(result.stdoutText))
      throw new Error(`the preview does not say ${counted.source}: ${result.stdoutText.slice(-2000)}`);
    progress(`preview: ${seconds.toFixed(1)} s, ${peak.toFixed(0)} MiB, ${all} requests`);
    return { seconds, memory: peak, requests: all };
  };
  const list = () =>
    timedCommand("kubectl get pods", kubectls, "kubectl", ["get", "pods", "-A", "-o", "json"], {
      ...process.env,
      ...env,
    });
  const { change, same, kubectl } = await inTurns(rounds, {
    change: () => look("2"),
    same: () => look("1"),
    kubectl: list,
  });
  const row = (title: string, runs: typeof change) => [
    title,
    new Samples(kubectl.map(({ seconds }) => seconds)).text(1),
    new Samples(runs.map(({ seconds }) => seconds)).text(1),
    ratios(
      runs.map(({ seconds }) => seconds),
      kubectl.map(({ seconds }) => seconds),
    ).text(2),
    ...[kubectl, runs].map((some) => new Samples(some.map(({ memory }) => memory)).median.toFixed(0)),
    ...[kubectl, runs].map((some) => new Samples(some.map(({ requests }) => requests)).median.toFixed(0)),
  ];
  return [
    {
      title: `Preview over ${places.length * replicas} pods in ${places.length} Deployments and ${namespaces} namespaces, by Pulumi ${(await toolchain()).version}`,
      columns: [
        "",
        "seconds, kubectl",
        "seconds, preview",
        "ratio",
        "MiB, kubectl",
        "provider's MiB",
        "requests, kubectl",
        "requests, preview",
      ],
      rows: [row("a change of a global setting that restarts all", change), row("no change", same)],
      notes: [
        `${rounds} runs of each, in turns; whole commands, with the start of Pulumi, of the program and of kubectl.`,
      ],
    },
  ];
}
