import { dryRunPod } from "../provider/cluster/dryRunPod";
import type { PodTemplate } from "../provider/cluster/podTemplate";
import { compose } from "../provider/configMap/compose";
import type { InjectorData } from "../provider/configMap/InjectorData";
import { forEachLimit } from "../provider/data/forEachLimit";
import { podTemplateWithSettings } from "../provider/pod/podTemplateWithSettings";
import { BenchCluster } from "./BenchCluster";
import { type Benchmark, progress, type Size, type Table } from "./Benchmark";
import { canonical, exampleLayers } from "./exampleLayers";
import { podSettings } from "./exampleSettings";
import { namespaceNames } from "./namespaceNames";
import { cpuSeconds } from "./processUse";
import { inTurns, ratios, Samples } from "./Samples";

const sizes = {
  full: { namespaces: 1000, pods: 500, rounds: 18 },
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
  about:
    "pods created as a dry run: settings in 1,000 namespaces against Istio alone, and the same by annotations",
  run: (size) => BenchCluster.with((cluster) => measure(cluster, size)),
};

async function measure(cluster: BenchCluster, size: Size): Promise<Table[]> {
  const { namespaces, pods, rounds } = sizes[size];
  const names = namespaceNames(namespaces);
  // a pod's namespace is looked up by name: which of them it is makes no difference
  const [namespace = ""] = names;
  await cluster.namespaces([namespace]);
  const composed = compose(cluster.installed, exampleLayers(names, 50));
  const withAnnotations = podTemplateWithSettings(plain, canonical(podSettings(0)));
  if (withAnnotations.problems.length > 0) throw new Error(JSON.stringify(withAnnotations.problems));
  const istiod = await cluster.pid("istiod");
  const round = async (title: string, data: InjectorData, template: PodTemplate): Promise<Round> => {
    await cluster.inject(data);
    await create(cluster, namespace, template, Math.ceil(pods / 5));
    const [cpu, begin] = [cpuSeconds(istiod), performance.now()];
    await create(cluster, namespace, template, pods);
    const podsPerSecond = (pods / (performance.now() - begin)) * 1000;
    const milliseconds = ((cpuSeconds(istiod) - cpu) / pods) * 1000;
    progress(`${title}: ${podsPerSecond.toFixed(0)} pods a second, ${milliseconds.toFixed(2)} ms of istiod`);
    return { podsPerSecond, milliseconds };
  };
  const { alone, annotated, settings } = await inTurns(rounds, {
    alone: () => round("Istio alone", cluster.installed, plain),
    annotated: () => round("annotations", cluster.installed, withAnnotations.template),
    settings: () => round("settings", composed, plain),
  });
  const row = (title: string, of: (round: Round) => number, digits: number) => [
    title,
    ...[alone, annotated, settings].map((rounds) => new Samples(rounds.map(of)).text(digits)),
    ...[alone, annotated].map((rounds) => ratios(settings.map(of), rounds.map(of)).text(3)),
  ];
  return [
    {
      title: `Injection, ${namespaces} namespaces with settings`,
      columns: [
        "",
        "Istio alone",
        "the same by pod annotations",
        "with settings",
        "ratio to Istio alone",
        "ratio to annotations",
      ],
      rows: [
        row("pods a second", ({ podsPerSecond }) => podsPerSecond, 0),
        row("istiod's CPU for a pod, ms", ({ milliseconds }) => milliseconds, 2),
      ],
      notes: [
        `${rounds} rounds of ${pods} pods for each, in turns, ${podsAtOnce} requests at a time.`,
        "Istio alone makes pods without any of these settings; annotations make the same pods as settings do.",
      ],
    },
  ];
}

const plain: PodTemplate = {
  metadata: { labels: { app: "api" } },
  spec: { containers: [{ name: "app", image: "app:1" }] },
};

async function create(
  { api }: BenchCluster,
  namespace: string,
  template: PodTemplate,
  pods: number,
): Promise<void> {
  await forEachLimit([...Array(pods).keys()], podsAtOnce, async () => {
    await dryRunPod(api, namespace, template);
  });
}
