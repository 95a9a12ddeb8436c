import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "../../provider/cluster/connect";
import { readInjector } from "../../provider/injector/Injector";
import type { Mesh } from "../e2e/Mesh";
import { randomNumbers } from "../laws/randomPods";
import { exempt } from "./DenyingPolicy";
import { ExplainedTimes } from "./ExplainedTimes";
import { faultScript, namespaces, type Step, stepText, type Wanted, workloads } from "./FaultScript";
import { FaultyApi } from "./FaultyApi";
import { type FaultFigures, FinalChecks } from "./FinalChecks";
import { ForeignContent } from "./ForeignContent";
import { InjectorHistory, type InjectorObject } from "./InjectorHistory";
import type { Operation } from "./Operation";
import { OperationChecks } from "./OperationChecks";
import { outage } from "./outages";
import { PodProber } from "./PodProber";
import { ProcessKiller } from "./ProcessKiller";
import { ProgramRuns } from "./ProgramRuns";
import { RestartRecord } from "./RestartRecord";
import { StepLog } from "./StepLog";
import { serverAccess } from "./serverAccess";
import { Troubles } from "./Troubles";

/** One random run on a mesh that has the namespaces and workloads of the script. */
export class FaultRun {
  private currentOutage: Promise<void> = Promise.resolve();

  private constructor(
    private readonly mesh: Mesh,
    private readonly api: FaultyApi,
    private readonly foreign: ForeignContent,
    private readonly explained: ExplainedTimes,
    private readonly troubles: Troubles,
    private readonly programs: ProgramRuns,
    private readonly final: FinalChecks,
    private readonly log: StepLog,
  ) {}

  /** Throws with the seed's step log when something is wrong. */
  static async of(
    mesh: Mesh,
    folder: string,
    { seed, length, onLine }: { seed: number; length: number; onLine: (line: string) => void },
  ): Promise<FaultFigures> {
    const access = await serverAccess(mesh.cluster.kubeconfig);
    const checks = await connect({ kubeconfig: await mesh.cluster.kubeconfigAs(exempt) });
    const api = await FaultyApi.start(access, randomNumbers(seed + 1));
    const present = await readInjector(mesh.api, { namespace: "istio-system" });
    const history = InjectorHistory.follow(
      mesh.cluster.kubeconfig,
      present.object as unknown as InjectorObject,
    );
    const foreign = await ForeignContent.of(mesh.api, (written) => history.add(written));
    const prober = new PodProber(access, namespaces);
    const log = new StepLog(onLine);
    const operations: Operation[] = [];
    const explained = new ExplainedTimes(operations);
    const restarts = new RestartRecord();
    const killer = new ProcessKiller(explained, ({ client }) => log.note(`   ${client} is killed`));
    const afterEach = new OperationChecks(mesh, checks, foreign, operations, log.violations);
    const troubles = new Troubles(mesh, explained, restarts);
    const programs = new ProgramRuns(mesh, folder, api, killer, log, operations, {
      leavesNoPods: ({ bad }) => bad || troubles.deny,
      onEnd: (ended) => afterEach.check(ended),
    });
    api.onWrite = (write) => {
      if (write.path.endsWith("/configmaps/istio-sidecar-injector") && write.resourceVersion)
        history.add(JSON.parse(write.answer.body.toString("utf8")) as InjectorObject);
      restarts.add(write);
      killer.written(write);
    };
    const final = new FinalChecks(mesh, checks, api, history, prober, explained, restarts, programs, log);
    const run = new FaultRun(mesh, api, foreign, explained, troubles, programs, final, log);
    try {
      return await run.perform(faultScript(seed, length));
    } catch (error) {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      throw new Error(`seed ${seed}, ${length} steps: ${message}\n\n${log}`);
    } finally {
      // programs of a run that failed would go on in the next one
      await Promise.allSettled([programs.allEnded(), run.currentOutage, troubles.end()]);
      api.stop();
      history.stop();
      await prober.stop();
    }
  }

  private async perform(steps: readonly Step[]): Promise<FaultFigures> {
    const before = await this.final.workloads();
    for (const [at, step] of steps.entries()) {
      this.log.note(`${at + 1}. ${stepText(step)}`);
      await this.take(step);
    }
    this.log.note("the faults end");
    this.api.mix = { share: 0, faults: [] };
    await this.troubles.end();
    await this.programs.allEnded();
    await this.currentOutage;
    for (const [namespace, names] of Object.entries(workloads))
      for (const name of names) await this.mesh.ready(namespace, name);
    await this.converge();
    const figures = await this.final.check(before);
    await this.removeAll();
    const { violations } = this.log;
    if (violations.length > 0) throw new Error(violations.join("\n"));
    return figures;
  }

  private async take(step: Step): Promise<void> {
    switch (step.do) {
      case "up":
        await this.programs.ended(step.actor);
        if (step.bad) await this.currentOutage;
        return this.programs.begin(step);
      case "rewrite":
        return this.withoutOutage(() => this.foreign.rewrite(step.by));
      case "edit":
        return this.withoutOutage(() => this.foreign.edit(step.what, step.by));
      case "outage":
        await this.currentOutage;
        // what is written while nothing can be asked would be nobody's to put back
        await this.programs.badOnesEnded();
        this.currentOutage = this.explained.during(() => outage(this.mesh, step.of, step.seconds));
        this.currentOutage.catch(() => {});
        return;
      case "policy":
        return this.withoutOutage(() =>
          step.denies === "nothing"
            ? this.troubles.deniesNothing(step.namespace)
            : this.troubles.deniesFrom(step.namespace, step.denies, this.programs.allEnded()),
        );
      case "operator":
        return this.withoutOutage(() =>
          step.writes
            ? this.troubles.writesBack(step.namespace, step.name)
            : this.troubles.writesNothing(step.namespace, step.name),
        );
      case "api":
        this.api.mix = { share: step.share, faults: step.faults };
        return;
      case "pause":
        return sleep(step.seconds * 1000);
    }
  }

  // with the API server down they would only wait
  private async withoutOutage(work: () => Promise<void>): Promise<void> {
    await this.currentOutage;
    await work();
  }

  /** One more `up` of everything, without faults: then state and cluster agree, and a preview has nothing to say. */
  private async converge(): Promise<void> {
    // global settings first: the others' outputs say what they lead to
    const [platform = "", ...others] = this.programs.actors.keys();
    await this.lastUp(platform);
    await Promise.all(others.map((name) => this.lastUp(name)));
    for (const name of this.programs.actors.keys()) {
      const changes = await this.programs.preview(name);
      if (changes.length > 0)
        this.log.violations.push(
          `after the faults, a preview of ${name} shows changes:\n${changes.join("\n")}`,
        );
    }
  }

  private async lastUp(name: string, wanted: Wanted = { ...this.programs.wanted.get(name) }): Promise<void> {
    const { ok, text, wanted: done } = await this.programs.up({ do: "up", actor: name, wanted });
    if (!ok) this.log.violations.push(`after the faults, ${name}: up failed:\n${text}`);
    const known = await this.programs.actors.get(name)?.known();
    if (known?.sort().join() !== Object.keys(done).sort().join())
      this.log.violations.push(
        `after the faults, ${name} wants ${Object.keys(done)}, and its state has ${known}`,
      );
  }

  /** Without layers the ConfigMap is what the others have made of it, byte for byte. */
  private async removeAll(): Promise<void> {
    await Promise.all([...this.programs.actors.keys()].map((name) => this.lastUp(name, {})));
    const difference = await this.foreign.difference();
    if (difference)
      this.log.violations.push(`without layers the ConfigMap is not what others made of it: ${difference}`);
  }
}
