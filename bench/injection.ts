import { plannedPod } from "../provider/ask/plannedPod";
import { dryRunPod } from "../provider/cluster/dryRunPod";
import type { PodTemplate } from "../provider/cluster/podTemplate";
import { compose } from "../provider/configMap/compose";
import type { InjectorData } from "../provider/configMap/InjectorData";
import { forEachLimit } from "../provider/data/forEachLimit";
import { globalTarget } from "../provider/levels/Layer";
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
  const bare = "without-settings";
  await cluster.namespaces([namespace, bare]);
  const layers = exampleLayers(names, 50);
  const { [globalTarget]: _, ...ofNamespaces } = layers;
  const composed = compose(cluster.installed, layers);
  const withoutGlobal = compose(cluster.installed, ofNamespaces);
  const withAnnotations = podTemplateWithSettings(plain, canonical(podSettings(0)));
  if (withAnnotations.problems.length > 0) throw new Error(JSON.stringify(withAnnotations.problems));
  const question = plannedPod(plain, layers, namespace);
  if (!question) throw new Error("the settings don't fit into an annotation");
  const istiod = await cluster.pid("istiod");
  const round = async (
    title: string,
    data: InjectorData,
    at: string,
    template: PodTemplate,
  ): Promise<Round> => {
    await cluster.inject(data);
    await create(cluster, at, template, Math.ceil(pods / 5));
    const [cpu, begin] = [cpuSeconds(istiod), performance.now()];
    await create(cluster, at, template, pods);
    const podsPerSecond = (pods / (performance.now() - begin)) * 1000;
    const milliseconds = ((cpuSeconds(istiod) - cpu) / pods) * 1000;
    progress(`${title}: ${podsPerSecond.toFixed(0)} pods a second, ${milliseconds.toFixed(2)} ms of istiod`);
    return { podsPerSecond, milliseconds };
  };
  const { alone, unset, annotated, settings, asked } = await inTurns(rounds, {
    alone: () => round("Istio alone", cluster.installed, namespace, plain),
    unset: () => round("without settings", withoutGlobal, bare, plain),
    annotated: () => round("annotations", cluster.installed, namespace, withAnnotations.template),
    settings: () => round("settings", composed, namespace, plain),
    asked: () => round("question", composed, namespace, question),
  });
  const row = (title: string, some: readonly Round[], beside?: [title: string, other: readonly Round[]]) => {
    const compared = (of: (round: Round) => number) =>
      beside ? ratios(some.map(of), beside[1].map(of)).text(3) : "";
    return [
      title,
      new Samples(some.map(rate)).text(0),
      new Samples(some.map(cost)).text(2),
      beside?.[0] ?? "",
      compared(rate),
      compared(cost),
    ];
  };
  return [
    {
      title: `Injection, ${namespaces} namespaces with settings`,
      columns: [
        "",
        "pods a second",
        "istiod's CPU for a pod, ms",
        "beside",
        "ratio of pods a second",
        "ratio of CPU",
      ],
      rows: [
        row("Istio alone", alone),
        row("a namespace without settings", unset, ["Istio alone", alone]),
        row("settings by annotations", annotated, ["Istio alone", alone]),
        row("settings by namespace and globally", settings, ["Istio alone", alone]),
        row("the same", settings, ["annotations", annotated]),
        row("a preview's question", asked, ["a dry run without it", settings]),
      ],
      notes: [
        `${rounds} rounds of ${pods} pods for each, in turns, ${podsAtOnce} requests at a time.`,
        "Istio alone makes pods without any of these settings; annotations make the same pods as settings do.",
      ],
    },
  ];
}

const rate = ({ podsPerSecond }: Round) => podsPerSecond;
const cost = ({ milliseconds }: Round) => milliseconds;

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
