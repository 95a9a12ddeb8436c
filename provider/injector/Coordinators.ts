import { type ClusterAccess, type KubernetesApi, UnreachableError } from "../cluster/KubernetesApi.js";
import type { Session } from "../cluster/session.js";
import { canonicalJson } from "../data/canonicalJson.js";
import type { Properties } from "../data/Properties.js";
import { containsUnknown } from "../data/unknown.js";
import { Coordinator } from "./Coordinator.js";
import { injectorName } from "./Injector.js";
import { injectorOf } from "./layerInputs.js";
import { requireLastingNamespace } from "./requireNamespace.js";
import { Turns } from "./Turns.js";

/** How long a namespace that was there need not be asked about again, in ms. */
const lastingFor = 1_000;

/** How a line of a preview begins for which the cluster could not be asked. */
export const lookupFailed = "could not look up";

/** The coordinators of a process, one per injector. */
export class Coordinators {
  private readonly all = new Map<string, Coordinator>();
  private readonly turns = new Turns();
  private readonly reported = new Set<string>();
  /** When each namespace was last there, by cluster and name. */
  private readonly lasting = new Map<string, number>();

  constructor(readonly session: Session) {}

  /**
   * Keyed by API server and ConfigMap, since resources may reach one cluster through a context, a kubeconfig or a provider. Keyed by the
   * `cluster` argument itself while the server is unknown: in a preview, or with a kubeconfig that can't be read.
   */
  async of(properties: Properties): Promise<Coordinator> {
    const injector = injectorOf(properties);
    const key = `${await this.clusterOf(properties)} ${injectorName(injector)}`;
    const known = this.all.get(key) ?? new Coordinator(injector, this.session, this.turns);
    this.all.set(key, known);
    return known;
  }

  /** The cluster that a resource's properties name. */
  api({ cluster }: Properties): Promise<KubernetesApi> {
    return this.session.api(cluster as ClusterAccess | undefined);
  }

  /**
   * Throws if nothing can be written to a resource's namespace, as of at most a second ago: Pulumi checks a new resource right before it
   * creates it, and a program may have thousands.
   */
  async requireLasting(properties: Properties, namespace: string): Promise<void> {
    const { elapsed } = this.session;
    const api = await this.api(properties);
    const key = `${api.server} ${namespace}`;
    const seen = this.lasting.get(key);
    if (seen !== undefined && elapsed() - seen < lastingFor) return;
    await requireLastingNamespace(api, namespace);
    this.lasting.set(key, elapsed());
  }

  /** Reports what could not be looked up, once for all resources of a program, which meet the same outage. */
  reportUnreachable(what: string, { message }: UnreachableError): void {
    const line = `${lookupFailed} ${what}: ${message}`;
    if (!this.reported.has(line)) this.session.report(line);
    this.reported.add(line);
  }

  private async clusterOf({ cluster }: Properties): Promise<string> {
    if (containsUnknown(cluster)) return canonicalJson(cluster);
    try {
      return (await this.api({ cluster })).server;
    } catch (error) {
      if (error instanceof UnreachableError) return canonicalJson(cluster);
      throw error;
    }
  }
}
