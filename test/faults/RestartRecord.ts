import type { ObjectMeta } from "../../provider/cluster/KubernetesApi";
import type { Write } from "./FaultyApi";
import { distinct, type Restart, type Restartable } from "./needlessRestarts";

/** A write by which an operator took off what had come to its workload since it last looked. */
export interface Undoing extends Pick<Restartable, "namespace" | "name"> {
  /** The workload's generation as the operator last left it. */
  after: number;
  /** And as it found it now. */
  found: number;
}

const deployment = /\/namespaces\/([^/]+)\/deployments\/([^/]+)$/;

/** Whether programs restart a workload by this write. */
export function isRestart({ method, path }: Pick<Write, "method" | "path">): boolean {
  return method === "PATCH" && deployment.test(path);
}

/** Every restart of a run, by what the API server answered to the programs, and what became of it. */
export class RestartRecord {
  private readonly all: Restart[] = [];
  private readonly undoings: Undoing[] = [];

  add({ client, method, path, resourceVersion, answer }: Write): void {
    const [, namespace, name] = deployment.exec(path) ?? [];
    if (!isRestart({ method, path }) || !namespace || !name || !resourceVersion) return;
    const { metadata } = JSON.parse(answer.body.toString("utf8")) as { metadata: ObjectMeta };
    const { generation = 0 } = metadata;
    this.all.push({ client, namespace, name, generation, resourceVersion, at: Date.now() });
  }

  undo(undoing: Undoing): void {
    this.undoings.push(undoing);
  }

  /** How often restarts and what undid them have changed a workload: nothing else does. */
  changesOf(workload: Restartable): number {
    return this.sentTo(workload).length + this.undoingsOf(workload).length;
  }

  /** In the order in which they happened, each once. */
  sentTo(workload: Restartable): Restart[] {
    return distinct(this.all, workload);
  }

  /** Those that nobody undid before pods could come of them. */
  lastingOf(workload: Restartable): Restart[] {
    const undoings = this.undoingsOf(workload);
    return this.sentTo(workload).filter(
      ({ generation }) => !undoings.some(({ after, found }) => after < generation && generation <= found),
    );
  }

  private undoingsOf({ namespace, name }: Restartable): Undoing[] {
    return this.undoings.filter((one) => one.namespace === namespace && one.name === name);
  }
}
