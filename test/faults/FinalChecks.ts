import type { KubernetesApi } from "../../provider/cluster/KubernetesApi";
import { layersOf } from "../../provider/configMap/layersOf";
import { readInjector } from "../../provider/injector/Injector";
import type { Mesh } from "../e2e/Mesh";
import type { ExplainedTimes } from "./ExplainedTimes";
import { workloads } from "./FaultScript";
import type { FaultyApi } from "./FaultyApi";
import type { InjectorHistory } from "./InjectorHistory";
import { needlessRestarts, type Restartable, settingsChanges } from "./needlessRestarts";
import { ownerOf, uncounted } from "./Operation";
import { outdatedPods } from "./outdatedPods";
import type { PodProber } from "./PodProber";
import type { ProgramRuns } from "./ProgramRuns";
import type { RestartRecord } from "./RestartRecord";
import type { StepLog } from "./StepLog";
import { wrongWrites } from "./wrongWrites";

/** What a run saw, in figures. */
export interface FaultFigures {
  seconds: number;
  operations: number;
  failed: number;
  killed: number;
  writes: number;
  restarts: number;
  /** Restarts that an operator took off again. */
  undone: number;
  /** Of all workloads together. */
  settingsChanges: number;
  /** In ms, of what no fault of the run explains. */
  longestDenied: number;
  podsAsked: number;
  apiFaults: Record<string, number>;
}

/** A workload with its generation at some time. */
export type Known = Restartable & { generation: number };

/** The longest that refused settings may keep pods from being created, with an API server that fails at every fourth request. */
const verificationWindow = 15_000;

/** What is checked after the faults and one more `up` of each program. */
export class FinalChecks {
  constructor(
    private readonly mesh: Mesh,
    private readonly exempt: KubernetesApi,
    private readonly api: FaultyApi,
    private readonly history: InjectorHistory,
    private readonly prober: PodProber,
    private readonly explained: ExplainedTimes,
    private readonly restarts: RestartRecord,
    private readonly programs: ProgramRuns,
    private readonly log: StepLog,
  ) {}

  workloads(): Promise<Known[]> {
    const named = Object.entries(workloads).flatMap(([namespace, names]) =>
      names.map((name) => ({ namespace, name })),
    );
    return Promise.all(
      named.map(async ({ namespace, name }) => {
        const { metadata, spec } = await this.mesh.workload(namespace, name);
        const labels = spec.template.metadata?.labels ?? {};
        return { namespace, name, labels, generation: metadata.generation ?? 0 };
      }),
    );
  }

  /** @param before The workloads as the run found them. */
  async check(before: readonly Known[]): Promise<FaultFigures> {
    const { violations } = this.log;
    const { operations } = this.programs;
    const { versions } = this.history;
    await this.checkLayers();
    violations.push(...wrongWrites(versions, this.api.writes, operations));
    const after = await this.workloads();
    for (const [at, workload] of after.entries()) {
      violations.push(...needlessRestarts(versions, this.restarts.lastingOf(workload), workload));
      const changed = workload.generation - (before[at]?.generation ?? 0);
      const known = this.restarts.changesOf(workload);
      if (changed !== known)
        violations.push(
          `${workload.namespace}/${workload.name} was changed ${changed} times, ${known} of them by restarts and operators`,
        );
    }
    violations.push(...(await outdatedPods(this.mesh, this.exempt, workloads)));
    const longest = this.prober.longestUnexplained(this.explained.all);
    if (longest.to - longest.from > verificationWindow)
      violations.push(
        `no pods in ${longest.namespace} from ${this.log.when(longest.from)} to ${this.log.when(longest.to)}: ${longest.why}`,
      );
    const total = (count: (workload: Known) => number) =>
      after.reduce((sum, workload) => sum + count(workload), 0);
    const lasting = total((workload) => this.restarts.lastingOf(workload).length);
    return {
      seconds: this.log.seconds,
      operations: operations.length,
      failed: operations.filter(({ ok, killed }) => !ok && !killed).length,
      killed: operations.filter(({ killed }) => killed).length,
      writes: versions.length - 1,
      restarts: lasting,
      undone: total((workload) => this.restarts.sentTo(workload).length) - lasting,
      settingsChanges: total((workload) => settingsChanges(versions, workload)),
      longestDenied: longest.to - longest.from,
      podsAsked: this.prober.asked,
      apiFaults: Object.fromEntries(this.api.met),
    };
  }

  private async checkLayers(): Promise<void> {
    const { data } = await readInjector(this.mesh.api, { namespace: "istio-system" });
    const wanted = [...this.programs.wanted].flatMap(([actor, all]) =>
      Object.keys(all).map((target) => `${target} of ${ownerOf(actor, target)}`),
    );
    const found = Object.entries(layersOf(data)).map(
      ([target, { owner }]) => `${target} of ${uncounted(owner)}`,
    );
    if (wanted.sort().join() !== found.sort().join())
      this.log.violations.push(`the injector has ${found.join(", ")}, and should have ${wanted.join(", ")}`);
  }
}
