import { join } from "node:path";
import { compose } from "../provider/configMap/compose";
import { BenchCluster } from "./BenchCluster";
import type { Benchmark, Size, Table } from "./Benchmark";
import { exampleLayers } from "./exampleLayers";
import { namespaceNames } from "./namespaceNames";
import { RequestCount } from "./RequestCount";
import { inTurns, ratios, Samples } from "./Samples";
import { type CommandRun, timedCommand } from "./timedCommand";

const sizes = {
  full: { namespaces: 100, deployments: 25, replicas: 4, rounds: 5 },
  quick: { namespaces: 5, deployments: 5, replicas: 2, rounds: 1 },
};

export const status: Benchmark = {
  name: "status",
  about: "sidecar-settings status of 10,000 pods, against kubectl get pods -A -o json",
  run: (size) => BenchCluster.with((cluster) => measure(cluster, size), { audit: true }),
};

async function measure(cluster: BenchCluster, size: Size): Promise<Table[]> {
  const { namespaces, deployments, replicas, rounds } = sizes[size];
  const names = namespaceNames(namespaces);
  const places = names.flatMap((name) => namespaceNames(deployments, "api-").map((api) => `${name}/${api}`));
  await cluster.namespaces(names);
  await cluster.inject(compose(cluster.installed, exampleLayers(names, 50)));
  await cluster.deployments(places, replicas);
  const pods = places.length * replicas;
  const audit = cluster.cluster.audit ?? "";
  const ours = new RequestCount(audit, "pulumi-istio-sidecar");
  const kubectls = new RequestCount(audit, "kubectl");
  const env = { ...process.env, KUBECONFIG: cluster.cluster.kubeconfig };
  const look = () => timedCommand("status", ours, process.execPath, [cli, "status", "--output", "json"], env);
  const list = () =>
    timedCommand("kubectl get pods", kubectls, "kubectl", ["get", "pods", "-A", "-o", "json"], env);
  const row = ({ look, list }: { look: CommandRun[]; list: CommandRun[] }) => [
    new Samples(list.map(({ seconds }) => seconds)).text(1),
    new Samples(look.map(({ seconds }) => seconds)).text(1),
    ratios(
      look.map(({ seconds }) => seconds),
      list.map(({ seconds }) => seconds),
    ).text(2),
    median(list, ({ memory }) => memory),
    median(look, ({ memory }) => memory),
    median(list, ({ requests }) => requests),
    median(look, ({ requests }) => requests),
  ];
  const rows = [["all pods up to date", ...row(await inTurns(rounds, { look, list }))]];
  // every tenth namespace's pods are older than its settings
  const changed = Object.fromEntries(
    Object.entries(exampleLayers(names, 50)).map(([name, layer]) => {
      const settings = { ...layer.settings, logLevel: "debug" };
      return [name, names.indexOf(name) % 10 === 0 ? { ...layer, settings } : layer];
    }),
  );
  await cluster.inject(compose(cluster.installed, changed));
  rows.push(["a tenth of them stale", ...row(await inTurns(rounds, { look, list }))]);
  return [
    {
      title: `Status of ${pods} pods in ${places.length} Deployments and ${namespaces} namespaces`,
      columns: [
        "",
        "seconds, kubectl",
        "seconds, status",
        "ratio",
        "MiB, kubectl",
        "MiB, status",
        "requests, kubectl",
        "requests, status",
      ],
      rows,
      notes: [`${rounds} runs of each, in turns; whole commands, with the start of Node and of kubectl.`],
    },
  ];
}

const cli = join(__dirname, "../provider/dist/cli/main.js");

function median(runs: readonly CommandRun[], of: (run: CommandRun) => number): string {
  return new Samples(runs.map(of)).median.toFixed(0);
}
