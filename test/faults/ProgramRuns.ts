import { setTimeout as sleep } from "node:timers/promises";
import type { Mesh } from "../e2e/Mesh";
import { type Actor, StackActor, WriterActor } from "./Actor";
import { type Step, stacks, type Wanted, writers } from "./FaultScript";
import type { FaultyApi } from "./FaultyApi";
import type { Operation } from "./Operation";
import type { ProcessKiller } from "./ProcessKiller";
import type { StepLog } from "./StepLog";

const mostPerOperation = 240_000;

/** Runs the programs of a fault run, and knows what each wants and what became of it. */
export class ProgramRuns {
  readonly actors: ReadonlyMap<string, Actor>;
  /** What each program wants at present. */
  readonly wanted = new Map<string, Wanted>();
  private readonly underWay = new Map<string, Promise<unknown>>();
  /** Targets whose creation was killed: in the injector perhaps, and not in the state, which Pulumi tells people to mend first. */
  private readonly unsure = new Map<string, Set<string>>();

  constructor(
    mesh: Mesh,
    private readonly folder: string,
    private readonly api: FaultyApi,
    private readonly killer: ProcessKiller,
    private readonly log: StepLog,
    readonly operations: Operation[],
    private readonly around: {
      /** Whether what a killed program wrote may leave namespaces without pods. */
      leavesNoPods: (killed: Operation) => boolean;
      /** Checks what an operation has done. */
      onEnd: (ended: Operation) => Promise<void>;
    },
  ) {
    const all = [
      ...Object.keys(stacks).map((name) => new StackActor(name, mesh)),
      ...Object.keys(writers).map((name) => new WriterActor(name)),
    ];
    this.actors = new Map(all.map((actor) => [actor.name, actor]));
  }

  /** Returns when the step allows the next one; a program that goes on is told of when it is waited for. */
  async begin(step: Extract<Step, { do: "up" }>): Promise<void> {
    const running = this.up(step);
    this.underWay.set(step.actor, running);
    running.catch(() => {});
    if (step.wait) await running;
  }

  async ended(actor: string): Promise<void> {
    await this.underWay.get(actor);
  }

  async allEnded(): Promise<void> {
    await Promise.all(this.underWay.values());
  }

  async badOnesEnded(): Promise<void> {
    for (const { actor } of this.operations.filter(({ bad, to }) => bad && to === undefined))
      await this.ended(actor);
  }

  async up(step: Extract<Step, { do: "up" }>): Promise<Operation> {
    const actor = this.actor(step.actor);
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
    const onStart = (pid: number) => {
      if (step.kill === undefined) return;
      this.killer.arm(operation, step.kill, pid, () => this.around.leavesNoPods(operation));
    };
    const run = { kubeconfig, clock: step.clock ? this.operations.length : undefined, onStart };
    const late = sleep(mostPerOperation, undefined, { ref: false }).then(() => {
      throw new Error(`${operation.client} did not end in ${mostPerOperation / 1000} s`);
    });
    late.catch(() => {});
    const { ok, text } = await Promise.race([actor.up(wanted, run), late]);
    this.killer.disarm(operation);
    Object.assign(operation, { ok, text, to: Date.now() });
    const end = operation.killed ? "killed" : ok ? "well" : "failed";
    const took = ((Date.now() - operation.from) / 1000).toFixed(1);
    this.log.note(`   ${operation.client} ended ${end} after ${took} s`);
    if (!operation.killed) this.log.quote(reasons(text, ok));
    await this.noteUnsure(operation, actor);
    await this.around.onEnd(operation);
    return operation;
  }

  /** What one more `up` would change. */
  async preview(name: string): Promise<string[]> {
    const kubeconfig = await this.api.kubeconfigFor(`${name}-preview`, this.folder);
    const run = { kubeconfig, clock: undefined, onStart: () => {} };
    return this.actor(name).preview(this.wanted.get(name) ?? {}, run);
  }

  private actor(name: string): Actor {
    const actor = this.actors.get(name);
    if (!actor) throw new Error(`no actor ${name}`);
    return actor;
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
}

/** Of a whole output, the lines that say why it failed, or what could not be found out by one that ended well. */
function reasons(text: string, ok: boolean): string {
  const reason = ok ? /can't tell/ : /✖|rror|failed|put back|putting/;
  const telling = text.split("\n").filter((line) => reason.test(line));
  return telling.slice(0, 12).join("\n");
}
