import type { ExplainedTimes } from "./ExplainedTimes";
import type { KillMoment } from "./FaultScript";
import type { Write } from "./FaultyApi";
import type { Operation } from "./Operation";
import { isRestart } from "./RestartRecord";

/** Kills the processes of operations at the moments that the script says. */
export class ProcessKiller {
  private readonly armed = new Map<string, { moment: KillMoment; kill: () => void }>();

  constructor(
    private readonly explained: ExplainedTimes,
    private readonly onKill: (killed: Operation) => void,
  ) {}

  /**
   * @param leavesNoPods Whether what the operation writes may leave namespaces without pods until the same program comes again.
   */
  arm(operation: Operation, moment: KillMoment, pid: number, leavesNoPods: () => boolean): void {
    const kill = () => {
      if (operation.to !== undefined || operation.killed) return;
      operation.killed = true;
      this.onKill(operation);
      process.kill(pid, "SIGKILL");
      if (leavesNoPods()) this.explained.untilNextEnd(operation);
    };
    if (moment === "start") kill();
    else if (typeof moment === "number") setTimeout(kill, moment).unref();
    else this.armed.set(operation.client, { moment, kill });
  }

  disarm({ client }: Operation): void {
    this.armed.delete(client);
  }

  /** To be told of each write after the server took it and before its client hears of it. */
  written(write: Write): void {
    const { client, method, path } = write;
    const { moment, kill } = this.armed.get(client) ?? {};
    const isLayer = method === "PUT" && path.includes("/configmaps/");
    if ((moment === "written" && isLayer) || (moment === "restarting" && isRestart(write))) kill?.();
  }
}
