import { join } from "node:path";
import type { ProgramOptions } from "../test/pulumi/ProgramOptions";
import type { ProgramResult } from "../test/pulumi/ProgramResult";
import { pulumi } from "../test/pulumi/pulumi";
import { toolchain } from "../test/pulumi/toolchain";
import { BenchCluster } from "./BenchCluster";
import { type Benchmark, progress, type Size, type Table } from "./Benchmark";
import { namespaceNames } from "./namespaceNames";
import { ProviderMemory } from "./ProviderMemory";
import { RequestCount, type Requests } from "./RequestCount";
import { inTurns, ratios, Samples } from "./Samples";

const sizes = {
  full: { namespaces: [1, 100, 1000], rounds: 3 },
  quick: { namespaces: [1, 10], rounds: 1 },
};

/** A layer's step ends when the injector shows it, so that no write has more layers than there are steps at once. */
const manyAtOnce = (namespaces: number) => (namespaces < 1000 ? 64 : 256);

/** In a file backend Pulumi saves all of the state after each step: with thousands of resources that is an hour, of either side. */
const savedOnce = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };

interface Run extends Requests {
  seconds: number;
  memory: number;
}

export const programs: Benchmark = {
  name: "programs",
  about: "pulumi up and preview of 1, 100 and 1,000 namespaces, against as many resources that do nothing",
  run: (size) => BenchCluster.withFolder((cluster, folder) => measure(cluster, folder, size)),
};

async function measure(cluster: BenchCluster, folder: string, size: Size): Promise<Table[]> {
  if (cluster.cluster.audit === undefined) throw new Error("no audit log");
  const count = new RequestCount(cluster.cluster.audit, "pulumi-istio-sidecar");
  const rows: string[][] = [];
  const { namespaces, rounds } = sizes[size];
  for (const many of namespaces) {
    const stacks = new Stacks(cluster, folder, many);
    const names = namespaceNames(many, stacks.prefix);
    await cluster.namespaces(names);
    const before = await cluster.texts();
    const timed = (title: string, work: () => Promise<ProgramResult>) => timedRun(title, count, work);
    for (const parallel of many < 100 ? [undefined] : [manyAtOnce(many), undefined]) {
      const flag = parallel === undefined ? "" : ` --parallel ${parallel}`;
      const up = await inTurns(rounds, {
        settings: async (round) => {
          await cluster.inject(before);
          return timed(`up${flag} of ${many}`, () => pulumi.up(stacks.options("settings", round, parallel)));
        },
        nothing: (round) =>
          timed(`up${flag} of ${many} that do nothing`, () =>
            pulumi.up(stacks.options("nothing", round, parallel)),
          ),
      });
      rows.push(row(`first \`up${flag}\``, many, up));
    }
    await cluster.deployments(
      names.map((name) => `${name}/api`),
      1,
    );
    const preview = await inTurns(rounds, {
      settings: () => timed(`preview of ${many}`, () => pulumi.preview(stacks.options("settings", rounds))),
      nothing: () =>
        timed(`preview of ${many} that do nothing`, () => pulumi.preview(stacks.options("nothing", rounds))),
    });
    rows.push(row("preview, no change", many, preview));
  }
  return [
    {
      title: `Programs, by Pulumi ${(await toolchain()).version}`,
      columns: [
        "",
        "namespaces",
        "seconds, nothing",
        "seconds, settings",
        "ratio",
        "provider's MiB, nothing",
        "provider's MiB, settings",
        "API requests",
        "ConfigMap writes",
      ],
      rows,
      notes: [
        `${rounds} runs of each, in turns. A namespace is a component with two resources on either side; published ConfigMaps are left out of both.`,
        "At `up` the namespaces are empty; at the preview each has a Deployment with one pod. Of 1,000 the state is saved once, at the end.",
      ],
    },
  ];
}

function row(
  title: string,
  namespaces: number,
  { settings, nothing }: Record<"settings" | "nothing", Run[]>,
): string[] {
  const median = (of: (run: Run) => number) => new Samples(settings.map(of)).median.toFixed(0);
  const [ours, nothings] = [settings.map(({ seconds }) => seconds), nothing.map(({ seconds }) => seconds)];
  return [
    title,
    String(namespaces),
    new Samples(nothings).text(1),
    new Samples(ours).text(1),
    ratios(ours, nothings).text(2),
    new Samples(nothing.map(({ memory }) => memory)).median.toFixed(0),
    median(({ memory }) => memory),
    median(({ all }) => all),
    median(({ injectorWrites }) => injectorWrites),
  ];
}

async function timedRun(
  title: string,
  count: RequestCount,
  work: () => Promise<ProgramResult>,
): Promise<Run> {
  count.next();
  const memory = new ProviderMemory();
  const begin = performance.now();
  const result = await work();
  const seconds = (performance.now() - begin) / 1000;
  const peak = memory.stop();
  if (!result.ok) throw new Error(`${title}: ${result.stdoutText.slice(-2000)}`);
  const requests = count.next();
  progress(`${title}: ${seconds.toFixed(1)} s, ${peak.toFixed(0)} MiB, ${requests.all} requests`);
  return { seconds, memory: peak, ...requests };
}

/** Stacks of one size; a new one in each round of `up`, since a stack comes into being once. */
class Stacks {
  readonly prefix: string;

  constructor(
    private readonly cluster: BenchCluster,
    private readonly folder: string,
    private readonly namespaces: number,
  ) {
    this.prefix = `bench-${namespaces}-`;
  }

  options(resources: "settings" | "nothing", round: number, parallel?: number): ProgramOptions {
    const stack = `${resources}-${this.namespaces}-${parallel ?? "default"}-${round}`;
    return {
      cwd: join(__dirname, "program"),
      measured: true,
      stack,
      config: { resources, namespaces: String(this.namespaces), prefix: this.prefix },
      state: join(this.folder, stack),
      skipPreview: true,
      ...(parallel === undefined ? {} : { parallel }),
      env: {
        KUBECONFIG: this.cluster.cluster.kubeconfig,
        PULUMI_NODEJS_TRANSPILE_ONLY: "true",
        ...(this.namespaces >= 1000 ? savedOnce : {}),
      },
    };
  }
}
