import type { Mesh } from "../e2e/Mesh";
import { type Denied, DenyingPolicy } from "./DenyingPolicy";
import type { ExplainedTimes } from "./ExplainedTimes";
import type { RestartRecord } from "./RestartRecord";
import { WritingOperator } from "./WritingOperator";

/** What goes on while programs run, until the script or the run takes it off: policies and operators. */
export class Troubles {
  private readonly policies = new Map<string, () => Promise<void>>();
  private readonly operators = new Map<string, WritingOperator>();

  constructor(
    private readonly mesh: Mesh,
    private readonly explained: ExplainedTimes,
    private readonly restarts: RestartRecord,
  ) {}

  /** Whether a program that is killed may leave a namespace with what a policy denies. */
  get deny(): boolean {
    return this.policies.size > 0;
  }

  /** @param underWay Ends when the programs have ended that run now. */
  async deniesFrom(namespace: string, denied: Denied, underWay: Promise<unknown>): Promise<void> {
    await this.deniesNothing(namespace);
    const policy = await DenyingPolicy.begin(this.mesh.api, namespace, denied);
    const end = this.explained.begin(namespace);
    // what was there before the policy nobody has to put back; what comes after it is for its program to put back
    const judged = underWay.then(async () => {
      if (denied === "debug sidecars" && !(await policy.denies())) end();
    });
    judged.catch(() => {});
    this.policies.set(namespace, async () => {
      await policy.end();
      end();
    });
  }

  async deniesNothing(namespace: string): Promise<void> {
    const stop = this.policies.get(namespace);
    this.policies.delete(namespace);
    await stop?.();
  }

  async writesBack(namespace: string, name: string): Promise<void> {
    await this.writesNothing(namespace, name);
    const onUndo = this.restarts.undo.bind(this.restarts);
    const operator = await WritingOperator.begin(this.mesh, { namespace, name }, onUndo);
    this.operators.set(`${namespace}/${name}`, operator);
  }

  async writesNothing(namespace: string, name: string): Promise<void> {
    const operator = this.operators.get(`${namespace}/${name}`);
    this.operators.delete(`${namespace}/${name}`);
    await operator?.end();
  }

  async end(): Promise<void> {
    const ended = [...this.operators.values()].map((operator) => operator.end());
    this.operators.clear();
    await Promise.all([...ended, ...[...this.policies.keys()].map((one) => this.deniesNothing(one))]);
  }
}
