import { setTimeout as sleep } from "node:timers/promises";
import type { ObjectMeta } from "../../provider/cluster/KubernetesApi";
import { layersOf } from "../../provider/configMap/layersOf";
import { canonicalJson } from "../../provider/data/canonicalJson";
import { readInjector } from "../../provider/injector/Injector";
import { parseSettings } from "../../provider/settings/parseSettings";
import type { Mesh } from "../e2e/Mesh";
import { randomNumbers } from "../laws/randomPods";
import { type Actor, StackActor, WriterActor } from "./Actor";
import { ExplainedTimes } from "./ExplainedTimes";
import {
  faultScript,
  type KillMoment,
  namespaces,
  type Step,
  stacks,
  stepText,
  tooMuch,
  type Wanted,
  workloads,
  writers,
} from "./FaultScript";
import { FaultyApi } from "./FaultyApi";
import { ForeignContent } from "./ForeignContent";
import { InjectorHistory, type InjectorObject } from "./InjectorHistory";
import {
  distinct,
  needlessRestarts,
  type Restart,
  type Restartable,
  settingsChanges,
} from "./needlessRestarts";
import { type Operation, ownerOf, uncounted } from "./Operation";
import { outage } from "./outages";
import { outdatedPods } from "./outdatedPods";
import { PodProber } from "./PodProber";
import { serverAccess } from "./serverAccess";
import { unmetWants } from "./unmetWants";
import { wrongWrites } from "./wrongWrites";

/** What a run saw, in figures. */
export interface FaultFigures {
  seconds: number;
  operations: number;
  failed: number;
  killed: number;
  writes: number;
  restarts: number;
  /** Of all workloads together. */
  settingsChanges: number;
  /** In ms, of what no fault of the run explains. */
  longestDenied: number;
  podsAsked: number;
  apiFaults: Record<string, number>;
}

type Known = Restartable & { generation: number };

/** The longest that refused settings may keep pods from being created, with an API server that fails at every fourth request. */
const verificationWindow = 15_000;
const mostPerOperation = 240_000;

/** One random run on a mesh that has the namespaces and workloads of the script. Throws with the seed's step log when something is wrong. */
export class FaultRun {
  private readonly log: string[] = [];
  private readonly violations: string[] = [];
  private readonly operations: Operation[] = [];
  private readonly underWay = new Map<string, Promise<unknown>>();
  private readonly wanted = new Map<string, Wanted>();
  /** Targets whose creation was killed: in the injector perhaps, and not in the state, which Pulumi tells people to mend first. */
  private readonly unsure = new Map<string, Set<string>>();
  private readonly restarts: Restart[] = [];
  private readonly explained = new ExplainedTimes();
  private currentOutage: Promise<void> = Promise.resolve();
  private readonly actors: Map<string, Actor>;
  private readonly killers = new Map<string, { moment: KillMoment; kill: () => void }>();
  private readonly begun = Date.now();

  private constructor(
    private readonly mesh: Mesh,
    private readonly folder: string,
    private readonly api: FaultyApi,
    private readonly history: InjectorHistory,
    private readonly foreign: ForeignContent,
    private readonly prober: PodProber,
    private readonly onLine: (line: string) => void,
  ) {
    const all = [
      ...Object.keys(stacks).map((name) => new StackActor(name, mesh)),
      ...Object.keys(writers).map((name) => new WriterActor(name)),
    ];
    this.actors = new Map(all.map((actor) => [actor.name, actor]));
  }

  static async of(
    mesh: Mesh,
    folder: string,
    { seed, length, onLine }: { seed: number; length: number; onLine: (line: string) => void },
  ): Promise<FaultFigures> {
    const access = await serverAccess(mesh.cluster.kubeconfig);
    const api = await FaultyApi.start(access, randomNumbers(seed + 1));
    const present = await readInjector(mesh.api, { namespace: "istio-system" });
    const history = InjectorHistory.follow(
      mesh.cluster.kubeconfig,
      present.object as unknown as InjectorObject,
    );
    const foreign = await ForeignContent.of(mesh.api, (written) => history.add(written));
    const prober = new PodProber(access, namespaces);
    const run = new FaultRun(mesh, folder, api, history, foreign, prober, onLine);
    try {
      return await run.perform(faultScript(seed, length));
    } catch (error) {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      throw new Error(`seed ${seed}, ${length} steps: ${message}\n\n${run.log.join("\n")}`);
    } finally {
      // programs of a run that failed would go on in the next one
      await Promise.allSettled([...run.underWay.values(), run.currentOutage]);
      api.stop();
      history.stop();
      await prober.stop();
    }
  }

  private async perform(steps: readonly Step[]): Promise<FaultFigures> {
    this.api.onWrite = ({ client, method, path, resourceVersion, answer }) => {
      if (path.endsWith("/configmaps/istio-sidecar-injector") && resourceVersion)
        this.history.add(JSON.parse(answer.body.toString("utf8")) as InjectorObject);
      const killer = this.killers.get(client);
      const [, namespace, name] = /\/namespaces\/([^/]+)\/deployments\/([^/]+)$/.exec(path) ?? [];
      const isRestart = method === "PATCH" && namespace !== undefined && name !== undefined;
      if (isRestart && resourceVersion) {
        const { metadata } = JSON.parse(answer.body.toString("utf8")) as { metadata: ObjectMeta };
        const { generation = 0 } = metadata;
        this.restarts.push({ client, namespace, name, generation, resourceVersion, at: Date.now() });
      }
      const isLayer = method === "PUT" && path.includes("/configmaps/");
      if ((killer?.moment === "written" && isLayer) || (killer?.moment === "restarting" && isRestart))
        killer.kill();
    };
    const before = await this.workloads();
    for (const [at, step] of steps.entries()) {
      this.note(`${at + 1}. ${stepText(step)}`);
      await this.take(step);
    }
    this.note("the faults end");
    this.api.mix = { share: 0, faults: [] };
    await this.settle();
    for (const [namespace, names] of Object.entries(workloads))
      for (const name of names) await this.mesh.ready(namespace, name);
    await this.converge();
    const figures = await this.check(before);
    await this.removeAll();
    if (this.violations.length > 0) throw new Error(this.violations.join("\n"));
    return figures;
  }

  private async take(step: Step): Promise<void> {
    switch (step.do) {
      case "up": {
        await this.underWay.get(step.actor);
        if (step.bad) await this.currentOutage;
        const running = this.up(step);
        this.underWay.set(step.actor, running);
        // told when it is waited for
        running.catch(() => {});
        if (step.wait) await running;
        return;
      }
      case "rewrite":
        return this.foreignStep(() => this.foreign.rewrite(step.by));
      case "edit":
        return this.foreignStep(() => this.foreign.edit(step.what, step.by));
      case "outage":
        await this.currentOutage;
        // what is written while nothing can be asked would be nobody's to put back
        await this.badOnesUnderWay();
        this.currentOutage = this.explained.during(() => outage(this.mesh, step.of, step.seconds));
        this.currentOutage.catch(() => {});
        return;
      case "api":
        this.api.mix = { share: step.share, faults: step.faults };
        return;
      case "pause":
        return sleep(step.seconds * 1000);
    }
  }

  // with the API server down they would only wait
  private async foreignStep(work: () => Promise<void>): Promise<void> {
    await this.currentOutage;
    await work();
  }

  private async badOnesUnderWay(): Promise<void> {
    for (const { actor } of this.operations.filter(({ bad, to }) => bad && to === undefined))
      await this.underWay.get(actor);
  }

  private async settle(): Promise<void> {
    await Promise.all(this.underWay.values());
    await this.currentOutage;
  }

  private async up(step: Extract<Step, { do: "up" }>): Promise<Operation> {
    const actor = this.actors.get(step.actor);
    if (!actor) throw new Error(`no actor ${step.actor}`);
    const wanted = { ...this.keptFor(step.actor, step.wanted), ...step.wanted };
    // what nobody could want for long is not what the run ends with
    if (!step.bad) this.wanted.set(step.actor, wanted);
    const known = await actor.known();
    const operation: Operation = {
      client: `${step.actor}-${this.operations.length + 1}`,
      actor: step.actor,
      wanted,
      targets: new Set([...known, ...Object.keys(wanted)]),
      bad: step.bad ?? false,
      from: Date.now(),
      killed: false,
      text: "",
    };
    this.operations.push(operation);
    const kubeconfig = await this.api.kubeconfigFor(operation.client, this.folder);
    const onStart = (pid: number) => this.armKiller(operation, step.kill, pid);
    const run = { kubeconfig, clock: step.clock ? this.operations.length : undefined, onStart };
    const late = sleep(mostPerOperation, undefined, { ref: false }).then(() => {
      throw new Error(`${operation.client} did not end in ${mostPerOperation / 1000} s`);
    });
    late.catch(() => {});
    const { ok, text } = await Promise.race([actor.up(wanted, run), late]);
    this.killers.delete(operation.client);
    Object.assign(operation, { ok, text, to: Date.now() });
    const end = operation.killed ? "killed" : ok ? "well" : "failed";
    this.note(`   ${operation.client} ended ${end} after ${seconds(operation.from)}`);
    if (!operation.killed) {
      const why = reasons(text, ok);
      if (why !== "") this.log.push(indented(why));
    }
    await this.noteUnsure(operation, actor);
    if (ok && operation.bad)
      this.violations.push(`${operation.client} ended well, with settings that leave no pod possible`);
    if (ok) await this.checkSuccess(operation);
    else if (operation.bad && !operation.killed) await this.checkRefusal(operation);
    return operation;
  }

  private armKiller(operation: Operation, moment: KillMoment | undefined, pid: number): void {
    if (moment === undefined) return;
    const kill = () => {
      if (operation.to !== undefined || operation.killed) return;
      operation.killed = true;
      this.note(`   ${operation.client} is killed`);
      process.kill(pid, "SIGKILL");
      if (operation.bad) this.explained.untilNextEnd(operation, this.operations);
    };
    if (moment === "start") kill();
    else if (typeof moment === "number") setTimeout(kill, moment).unref();
    else this.killers.set(operation.client, { moment, kill });
  }

  private keptFor(actor: string, wanted: Wanted): Wanted {
    const unsure = [...(this.unsure.get(actor) ?? [])].filter((target) => !wanted[target]);
    const last = this.wanted.get(actor) ?? {};
    return Object.fromEntries(unsure.map((target) => [target, last[target] ?? { logLevel: "info" }]));
  }

  private async noteUnsure(operation: Operation, actor: Actor): Promise<void> {
    const unsure = this.unsure.get(operation.actor) ?? new Set();
    const known = new Set(await actor.known());
    for (const target of operation.targets) {
      if (known.has(target) || !operation.killed) {
        if (known.has(target)) unsure.delete(target);
      } else if (operation.wanted[target]) unsure.add(target);
    }
    this.unsure.set(operation.actor, unsure);
  }

  /** What an operation that ended well wanted is there, unless somebody rewrote the ConfigMap meanwhile. */
  private async checkSuccess(operation: Operation): Promise<void> {
    const isRewritten = () => this.foreign.rewrites.some(({ to }) => to >= operation.from);
    if (isRewritten()) return;
    const { data } = await readInjector(this.mesh.api, { namespace: "istio-system" });
    if (isRewritten()) return;
    this.violations.push(...unmetWants(operation, layersOf(data)));
  }

  /** What was refused is not there any more when its program ends. */
  private async checkRefusal({ client, wanted }: Operation): Promise<void> {
    const { data } = await readInjector(this.mesh.api, { namespace: "istio-system" });
    for (const [target, { settings }] of Object.entries(layersOf(data)))
      if (wanted[target] && canonicalJson(settings) === canonicalJson(parseSettings(tooMuch).settings))
        this.violations.push(
          `${client} failed, and its layer ${target}, with which no pod is possible, is in the injector`,
        );
  }

  /** One more `up` of everything, without faults: then state and cluster agree, and a preview has nothing to say. */
  private async converge(): Promise<void> {
    // global settings first: the others' outputs say what they lead to
    const [platform = "", ...others] = this.actors.keys();
    await this.lastUp(platform);
    await Promise.all(others.map((name) => this.lastUp(name)));
    for (const [name, actor] of this.actors) {
      const kubeconfig = await this.api.kubeconfigFor(`${name}-preview`, this.folder);
      const run = { kubeconfig, clock: undefined, onStart: () => {} };
      const changes = await actor.preview(this.wanted.get(name) ?? {}, run);
      if (changes.length > 0)
        this.violations.push(`after the faults, a preview of ${name} shows changes:\n${changes.join("\n")}`);
    }
  }

  private async lastUp(name: string, wanted: Wanted = { ...this.wanted.get(name) }): Promise<void> {
    const { ok, text, wanted: done } = await this.up({ do: "up", actor: name, wanted });
    if (!ok) this.violations.push(`after the faults, ${name}: up failed:\n${text}`);
    const known = await this.actors.get(name)?.known();
    if (known?.sort().join() !== Object.keys(done).sort().join())
      this.violations.push(
        `after the faults, ${name} wants ${Object.keys(done)}, and its state has ${known}`,
      );
  }

  private async check(before: readonly Known[]): Promise<FaultFigures> {
    const { data } = await readInjector(this.mesh.api, { namespace: "istio-system" });
    const { versions } = this.history;
    const after = await this.workloads();
    const wanted = [...this.wanted].flatMap(([actor, all]) =>
      Object.keys(all).map((target) => `${target} of ${ownerOf(actor, target)}`),
    );
    const found = Object.entries(layersOf(data)).map(
      ([target, { owner }]) => `${target} of ${uncounted(owner)}`,
    );
    if (wanted.sort().join() !== found.sort().join())
      this.violations.push(`the injector has ${found.join(", ")}, and should have ${wanted.join(", ")}`);
    this.violations.push(...wrongWrites(versions, this.api.writes, this.operations));
    for (const [at, workload] of after.entries()) {
      this.violations.push(...needlessRestarts(versions, this.restarts, workload));
      // nobody but rollouts changes these
      const [changed, seen] = [
        workload.generation - (before[at]?.generation ?? 0),
        distinct(this.restarts, workload).length,
      ];
      if (changed !== seen)
        this.violations.push(
          `${workload.namespace}/${workload.name} was changed ${changed} times, ${seen} of them by restarts`,
        );
    }
    this.violations.push(...(await outdatedPods(this.mesh, workloads)));
    const longest = this.prober.longestUnexplained(this.explained.all);
    if (longest.to - longest.from > verificationWindow)
      this.violations.push(
        `no pods in ${longest.namespace} from ${this.when(longest.from)} to ${this.when(longest.to)}: ${longest.why}`,
      );
    const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
    return {
      seconds: Math.round((Date.now() - this.begun) / 1000),
      operations: this.operations.length,
      failed: this.operations.filter(({ ok, killed }) => !ok && !killed).length,
      killed: this.operations.filter(({ killed }) => killed).length,
      writes: versions.length - 1,
      restarts: total(after.map((workload) => distinct(this.restarts, workload).length)),
      settingsChanges: total(after.map((workload) => settingsChanges(versions, workload))),
      longestDenied: longest.to - longest.from,
      podsAsked: this.prober.asked,
      apiFaults: Object.fromEntries(this.api.met),
    };
  }

  private workloads(): Promise<Known[]> {
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

  /** Without layers the ConfigMap is what the others have made of it, byte for byte. */
  private async removeAll(): Promise<void> {
    await Promise.all([...this.actors.keys()].map((name) => this.lastUp(name, {})));
    const difference = await this.foreign.difference();
    if (difference)
      this.violations.push(`without layers the ConfigMap is not what others made of it: ${difference}`);
  }

  private note(line: string): void {
    const timed = `${seconds(this.begun).padStart(8)}  ${line}`;
    this.log.push(timed);
    this.onLine(timed);
  }

  private when(time: number): string {
    return `${((time - this.begun) / 1000).toFixed(1)} s`;
  }
}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}

/** Of a whole output, the lines that say why it failed, or what could not be found out by one that ended well. */
function reasons(text: string, ok: boolean): string {
  const reason = ok ? /can't tell/ : /✖|rror|failed|put back|putting/;
  const telling = text.split("\n").filter((line) => reason.test(line));
  return telling.slice(0, 12).join("\n");
}

function indented(text: string): string {
  return text.replace(/^/gm, "               ");
}
