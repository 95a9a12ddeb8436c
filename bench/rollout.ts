import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Plan } from "../test/e2e/Mesh";
import type { ProgramOptions } from "../test/pulumi/ProgramOptions";
import { pulumi } from "../test/pulumi/pulumi";
import { BenchCluster } from "./BenchCluster";
import { type Benchmark, progress, type Size, type Table } from "./Benchmark";
import { namespaceNames } from "./namespaceNames";
import { Samples } from "./Samples";

const sizes = {
  full: { deployments: 200, atOnce: 20, rounds: 3 },
  quick: { deployments: 10, atOnce: 5, rounds: 1 },
};

const replicas = 2;
/** What a pod of a real workload takes to start, or nothing but the API server would be measured. */
const minReadySeconds = 1;
const namespace = "bench-shop";

export const rollout: Benchmark = {
  name: "rollout",
  about: "restarts of 200 Deployments by pulumi up, against kubectl rollout restart and status",
  run: async (size) => {
    const folder = await mkdtemp(join(tmpdir(), "sidecar-bench-"));
    try {
      return await BenchCluster.with((cluster) => measure(cluster, folder, size));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function measure(cluster: BenchCluster, folder: string, size: Size): Promise<Table[]> {
  const { deployments, atOnce, rounds } = sizes[size];
  const names = namespaceNames(deployments, "api-");
  const tenth = names.slice(0, Math.max(1, Math.floor(deployments / 10)));
  const program = new Program(cluster, folder, atOnce);
  await cluster.namespaces([namespace]);
  await program.up(0, 0);
  const placed = names.map((name) => `${namespace}/${name}`);
  await cluster.deployments(placed, replicas, {
    minReadySeconds,
    labels: (place) => ({ tenth: tenth.some((name) => place.endsWith(name)) ? "yes" : "no" }),
  });
  const kubectl = new Kubectl(cluster.cluster.kubeconfig, atOnce);
  const contenders: [string, (round: number) => Promise<number>][] = [
    ["`pulumi up`, a change that reaches all", (round) => program.up(round, round - 1)],
    [`kubectl rollout restart and status, ${atOnce} after ${atOnce}`, () => kubectl.batches(names)],
    [`a shell loop, ${atOnce} at once`, () => kubectl.loop(names)],
    ["kubectl rollout restart of all at once, and status", () => kubectl.all(names)],
    ["`pulumi up`, a change that reaches a tenth", (round) => program.up(round, round)],
  ];
  const seconds = contenders.map(() => [] as number[]);
  for (let round = 1; round <= rounds; round++) {
    for (const [at, [title, work]] of contenders.entries()) {
      const begin = performance.now();
      const restarted = await work(round);
      seconds[at]?.push((performance.now() - begin) / 1000);
      progress(`${title}: ${seconds[at]?.at(-1)?.toFixed(1)} s, ${restarted} restarted`);
      const expected = at === contenders.length - 1 ? tenth.length : names.length;
      if (restarted !== expected) throw new Error(`${restarted} restarted, not ${expected}`);
    }
  }
  const medians = seconds.map((one) => new Samples(one).median);
  const fastest = Math.min(...medians.slice(1, 3));
  return [
    {
      title: `Rollout of ${deployments} Deployments of ${replicas} pods, ${atOnce} at once`,
      columns: ["", "restarts", "seconds", "ratio to the faster kubectl of the same concurrency"],
      rows: contenders.map(([title], at) => [
        title,
        String(at === contenders.length - 1 ? tenth.length : names.length),
        new Samples(seconds[at] ?? []).text(1),
        ((medians[at] ?? Number.NaN) / fastest).toFixed(2),
      ]),
      notes: [
        `${rounds} rounds of all, one after the other; pods count as available after ${minReadySeconds} s.`,
        "`pulumi up` is the whole command without a preview: the CLI's own start, the settings, the restarts, and a look at the new pods.",
      ],
    },
  ];
}

class Program {
  constructor(
    private readonly cluster: BenchCluster,
    private readonly folder: string,
    private readonly atOnce: number,
  ) {}

  /** How many workloads were restarted. Another number is another setting: for all, and for the tenth. */
  async up(forAll: number, forTenth: number): Promise<number> {
    const options = { rollout: { maxConcurrent: this.atOnce }, publish: false };
    const plan: Plan = {
      namespaces: { [namespace]: { ...options, env: { FOR_ALL: String(forAll) } } },
      workloads: {
        tenth: {
          namespace,
          selector: { matchLabels: { tenth: "yes" } },
          rollout: options.rollout,
          env: { FOR_TENTH: String(forTenth) },
        },
      },
    };
    const result = await pulumi.up(this.options(plan));
    if (!result.ok) throw new Error(result.stdoutText.slice(-2000));
    // the CLI says each line as it comes, and all of them once more at the end
    return new Set(result.stdoutText.match(/\] \d+\/\d+ restarted \S+/g)).size;
  }

  private options(plan: Plan): ProgramOptions {
    return {
      cwd: join(__dirname, "../test/e2e/program"),
      measured: true,
      stack: "rollout",
      config: { plan: JSON.stringify(plan) },
      state: join(this.folder, "rollout"),
      skipPreview: true,
      env: { KUBECONFIG: this.cluster.cluster.kubeconfig, PULUMI_NODEJS_TRANSPILE_ONLY: "true" },
    };
  }
}

class Kubectl {
  constructor(
    private readonly kubeconfig: string,
    private readonly atOnce: number,
  ) {}

  batches(names: readonly string[]): Promise<number> {
    const restart = `kubectl -n ${namespace} rollout restart $*`;
    return this.shell(
      `xargs -n ${this.atOnce} sh -ec '${restart}; for one; do ${status('"$one"')}; done' -`,
      names,
    );
  }

  loop(names: readonly string[]): Promise<number> {
    const restart = `kubectl -n ${namespace} rollout restart "$1"`;
    return this.shell(`xargs -n 1 -P ${this.atOnce} sh -ec '${restart}; ${status('"$1"')}' -`, names);
  }

  all(names: readonly string[]): Promise<number> {
    const restart = `kubectl -n ${namespace} rollout restart deployment`;
    return this.shell(`${restart}; while read one; do ${status('"$one"')}; done`, names);
  }

  private async shell(script: string, names: readonly string[]): Promise<number> {
    const child = spawn("sh", ["-ec", script], {
      env: { ...process.env, KUBECONFIG: this.kubeconfig },
      stdio: ["pipe", "pipe", "inherit"],
    });
    child.stdin.end(names.map((name) => `deployment/${name}\n`).join(""));
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    const [code] = (await once(child, "close")) as [number | null];
    if (code !== 0) throw new Error(`${script} ended with ${code}`);
    return text.match(/successfully rolled out/g)?.length ?? 0;
  }
}

function status(name: string): string {
  return `kubectl -n ${namespace} rollout status ${name} --timeout 300s`;
}
