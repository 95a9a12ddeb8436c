import type { KubernetesApi } from "../../provider/cluster/KubernetesApi";
import { layersOf } from "../../provider/configMap/layersOf";
import { canonicalJson } from "../../provider/data/canonicalJson";
import { readInjector } from "../../provider/injector/Injector";
import { parseSettings } from "../../provider/settings/parseSettings";
import type { Mesh } from "../e2e/Mesh";
import { stacks, tooMuch, workloads } from "./FaultScript";
import type { ForeignContent } from "./ForeignContent";
import type { Operation } from "./Operation";
import { outdatedPods } from "./outdatedPods";
import { unmetWants } from "./unmetWants";

/** What is checked when a program ends, whatever else goes on. */
export class OperationChecks {
  constructor(
    private readonly mesh: Mesh,
    /** As somebody whom no policy of the run binds. */
    private readonly exempt: KubernetesApi,
    private readonly foreign: ForeignContent,
    private readonly operations: readonly Operation[],
    private readonly violations: string[],
  ) {}

  async check(operation: Operation): Promise<void> {
    const { client, ok, bad, killed } = operation;
    if (ok && bad) this.violations.push(`${client} ended well, with settings that leave no pod possible`);
    if (ok) {
      await this.checkSuccess(operation);
      await this.checkPods(operation);
    } else if (bad && !killed) await this.checkRefusal(operation);
  }

  /** What an operation that ended well wanted is there, unless somebody rewrote the ConfigMap meanwhile. */
  private async checkSuccess(operation: Operation): Promise<void> {
    if (this.isRewritten(operation)) return;
    const { data } = await readInjector(this.mesh.api, { namespace: "istio-system" });
    if (this.isRewritten(operation)) return;
    this.violations.push(...unmetWants(operation, layersOf(data)));
  }

  /** No workload that its rollouts are for has pods with other settings than a new one would get: nobody has opted out here. */
  private async checkPods(operation: Operation): Promise<void> {
    if (!stacks[operation.actor]) return;
    const isAlone = () =>
      !this.isRewritten(operation) && !this.operations.some((one) => overlap(one, operation));
    if (!isAlone()) return;
    // of an API server or istiod that is away meanwhile nothing is learnt
    const outdated = await outdatedPods(this.mesh, this.exempt, reached(operation)).catch(() => []);
    if (!isAlone()) return;
    this.violations.push(...outdated.map((one) => `${operation.client} ended well, and ${one}`));
  }

  /** What was refused is not there any more when its program ends. */
  private async checkRefusal({ client, wanted }: Operation): Promise<void> {
    const { data } = await readInjector(this.mesh.api, { namespace: "istio-system" });
    for (const [target, { settings }] of Object.entries(layersOf(data)))
      if (wanted[target] && canonicalJson(settings) === canonicalJson(parseSettings(tooMuch).value))
        this.violations.push(
          `${client} failed, and its layer ${target}, with which no pod is possible, is in the injector`,
        );
  }

  private isRewritten({ from }: Operation): boolean {
    return this.foreign.rewrites.some(({ to }) => to >= from);
  }
}

/** Whether another operation ran at any time since this one began. */
function overlap(one: Operation, operation: Operation): boolean {
  return one !== operation && (one.to ?? Number.POSITIVE_INFINITY) >= operation.from;
}

/** The workloads that an operation's layers are for. */
export function reached({ wanted }: Pick<Operation, "wanted">): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(workloads).map(([namespace, names]) => [
      namespace,
      names.filter((name) => ["*", namespace, `${namespace}/${name}`].some((target) => target in wanted)),
    ]),
  );
}
