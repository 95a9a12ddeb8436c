import { dryRunPod } from "../provider/cluster/dryRunPod";
import { compose } from "../provider/render/compose";
import { atOnce, BenchCluster } from "./BenchCluster";
import { type Benchmark, progress, type Size, type Table } from "./Benchmark";
import { exampleLayers } from "./exampleLayers";
import { namespaceNames } from "./namespaceNames";
import { cpuSeconds } from "./processUse";
import { inTurns, ratios, Samples } from "./Samples";

const sizes = {
  full: { namespaces: 1000, pods: 1500, rounds: 8 },
  quick: { namespaces: 50, pods: 150, rounds: 2 },
};

const podsAtOnce = 4;

interface Round {
  podsPerSecond: number;
  /** Of istiod, for one pod. */
  milliseconds: number;
}

export const injection: Benchmark = {
  name: "injection",
  about: "pods created as a dry run: settings in 1,000 namespaces against Istio alone",
  run: (size) => BenchCluster.with((cluster) => measure(cluster, size)),
};

async function measure(cluster: BenchCluster, size: Size): Promise<Table[]> {
  const { namespaces, pods, rounds } = sizes[size];
  const names = namespaceNames(namespaces);
  // a pod's namespace is looked up by name: which of them it is makes no difference
  const [namespace = ""] = names;
  await cluster.namespaces([namespace]);
  const composed = compose(cluster.installed, exampleLayers(names, 50));
  const istiod = await cluster.pid("istiod");
  const round = async (): Promise<Round> => {
    await create(cluster, namespace, Math.ceil(pods / 5));
    const [cpu, begin] = [cpuSeconds(istiod), performance.now()];
    await create(cluster, namespace, pods);
    const seconds = (performance.now() - begin) / 1000;
    return { podsPerSecond: pods / seconds, milliseconds: ((cpuSeconds(istiod) - cpu) / pods) * 1000 };
  };
  const { one, other } = await inTurns(
    rounds,
    async () => {
      await cluster.inject(composed);
      const measured = await round();
      progress(`with settings: ${measured.podsPerSecond.toFixed(0)} pods a second`);
      return measured;
    },
    async () => {
      await cluster.inject(cluster.installed);
      const measured = await round();
      progress(`Istio alone: ${measured.podsPerSecond.toFixed(0)} pods a second`);
      return measured;
    },
  );
  const row = (title: string, of: (round: Round) => number, digits: number) => {
    const [ours, istios] = [one.map(of), other.map(of)];
    return [
      title,
      new Samples(istios).text(digits),
      new Samples(ours).text(digits),
      ratios(ours, istios).text(3),
    ];
  };
  return [
    {
      title: `Injection, ${namespaces} namespaces with settings`,
      columns: ["", "Istio alone", "with settings", "ratio"],
      rows: [
        row("pods a second", ({ podsPerSecond }) => podsPerSecond, 0),
        row("istiod's CPU for a pod, ms", ({ milliseconds }) => milliseconds, 2),
      ],
      notes: [`${rounds} rounds of ${pods} pods for each, in turns, ${podsAtOnce} requests at a time.`],
    },
  ];
}

async function create({ api }: BenchCluster, namespace: string, pods: number): Promise<void> {
  const template = {
    metadata: { labels: { app: "api" } },
    spec: { containers: [{ name: "app", image: "app:1" }] },
  };
  await atOnce(podsAtOnce, [...Array(pods).keys()], async () => {
    await dryRunPod(api, namespace, template);
  });
}
