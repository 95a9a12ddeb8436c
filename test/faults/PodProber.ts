import { KubeApi } from "../cluster/kubeApi";
import type { ExplainedTime } from "./ExplainedTimes";
import type { ServerAccess } from "./serverAccess";

/** A time, in ms. */
export interface Stretch {
  from: number;
  to: number;
  why: string;
}

const every = 500;

/** Asks all the time whether pods can be created, and keeps the times when they can't. */
export class PodProber {
  /** Namespace -> times in which every answer was a refusal. */
  readonly denied = new Map<string, Stretch[]>();
  asked = 0;
  private readonly api: KubeApi;
  private stopped = false;
  private readonly loops: Promise<void>[];

  constructor({ server, ca, token }: ServerAccess, namespaces: readonly string[]) {
    this.api = new KubeApi(server, ca, token);
    this.loops = namespaces.map((namespace) => this.probe(namespace));
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.loops);
    this.api.close();
  }

  /** The longest time without pods that none of these explains; with why it was and where. */
  longestUnexplained(explained: readonly ExplainedTime[]): Stretch & { namespace: string } {
    const all = [...this.denied].flatMap(([namespace, stretches]) => {
      const here = explained.filter((time) => (time.namespace ?? namespace) === namespace);
      return stretches.flatMap((stretch) => minus(stretch, here).map((rest) => ({ ...rest, namespace })));
    });
    const none = { from: 0, to: 0, why: "", namespace: "" };
    return all.reduce(
      (longest, one) => (one.to - one.from > longest.to - longest.from ? one : longest),
      none,
    );
  }

  private async probe(namespace: string): Promise<void> {
    const stretches: Stretch[] = [];
    this.denied.set(namespace, stretches);
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { generateName: "prober-", labels: { app: "prober" } },
      spec: { containers: [{ name: "app", image: "app:1" }] },
    };
    let current: Stretch | undefined;
    while (!this.stopped) {
      const from = Date.now();
      try {
        await this.api.request("POST", `/api/v1/namespaces/${namespace}/pods?dryRun=All`, pod);
        if (current) current.to = Date.now();
        current = undefined;
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        if (!current) {
          current = { from, to: from, why };
          stretches.push(current);
        }
        current.to = Date.now();
        // of several reasons in turn, the one of the end is nobody's outage
        current.why = why;
      }
      this.asked++;
      await new Promise((resolve) => setTimeout(resolve, every));
    }
  }
}

/** What is left of a time when these are taken out. */
export function minus(stretch: Stretch, taken: readonly Omit<Stretch, "why">[]): Stretch[] {
  return taken.reduce(
    (rests, { from, to }) =>
      rests.flatMap((rest) =>
        to <= rest.from || from >= rest.to
          ? [rest]
          : [
              ...(from > rest.from ? [{ ...rest, to: from }] : []),
              ...(to < rest.to ? [{ ...rest, from: to }] : []),
            ],
      ),
    [stretch],
  );
}
