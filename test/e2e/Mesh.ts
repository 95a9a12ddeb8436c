import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "../../provider/cluster/connect";
import { hasStatus, type KubernetesApi, listAll, listMetadata } from "../../provider/cluster/KubernetesApi";
import type { Container, Pod } from "../../provider/cluster/podTemplate";
import { allContainers } from "../../provider/cluster/podTemplate";
import type { Workload } from "../../provider/cluster/workloads";
import type { InjectorData } from "../../provider/configMap/InjectorData";
import { readInjector } from "../../provider/injector/Injector";
import { rolloutStatus } from "../../provider/rollout/observe/rolloutStatus";
import { type Cluster, type ClusterOptions, startCluster } from "../cluster/cluster";
import { type DeploymentOptions, deploymentObject } from "../cluster/deploymentObject";
import { createNamespace } from "../laws/injection";
import type { ProgramOptions } from "../pulumi/ProgramOptions";
import type { ProgramResult } from "../pulumi/ProgramResult";
import { compiledProgram } from "./compiledProgram";

export interface Plan {
  global?: Record<string, unknown>;
  namespaces?: Record<string, Record<string, unknown>>;
  workloads?: Record<string, Record<string, unknown>>;
  deployments?: Record<string, Record<string, unknown>>;
  transform?: Record<string, unknown>;
  yaml?: { v1?: string; v2?: string };
}

/** A control plane with a mesh on it, and the programs that change its settings. */
export class Mesh {
  private constructor(
    readonly cluster: Cluster,
    readonly api: KubernetesApi,
    private readonly folder: string,
    private readonly programFolder: string,
  ) {}

  static async start(options: ClusterOptions = {}): Promise<Mesh> {
    const cluster = await startCluster(options);
    const folder = await mkdtemp(join(tmpdir(), "sidecar-e2e-"));
    const api = await connect({ kubeconfig: cluster.kubeconfig });
    return new Mesh(cluster, api, folder, await compiledProgram());
  }

  async stop(): Promise<void> {
    await this.cluster.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Options for one stack of a program; its state goes with the mesh. */
  stack(stack: string, plan: Plan, more: Partial<ProgramOptions> = {}): ProgramOptions {
    const kubernetes = [plan.deployments, plan.transform, plan.yaml].some((part) => part !== undefined);
    return this.program(stack, this.programFolder, { plan: JSON.stringify(plan) }, { kubernetes, ...more });
  }

  program(
    stack: string,
    cwd: string,
    config: Record<string, string>,
    more: Partial<ProgramOptions> = {},
  ): ProgramOptions {
    return {
      cwd,
      stack,
      config,
      state: join(this.folder, stack),
      skipPreview: true,
      env: { KUBECONFIG: this.cluster.kubeconfig, PULUMI_NODEJS_TRANSPILE_ONLY: "true" },
      ...more,
    };
  }

  /** The platform stack of this repository, with a settings.yaml of its own. */
  async platform(stack: string, settings: string): Promise<ProgramOptions> {
    const file = join(this.folder, `${stack}-settings.yaml`);
    await writeFile(file, settings);
    return this.program(stack, join(__dirname, "../.."), { "sidecar-settings:file": file });
  }

  async namespace(name: string, labels?: Record<string, string>): Promise<void> {
    await createNamespace(this.api, name, labels);
  }

  /** A Deployment whose pods are ready when this returns. */
  async deployment(namespace: string, name: string, options: DeploymentOptions = {}): Promise<void> {
    await this.api.request({
      method: "POST",
      path: `/apis/apps/v1/namespaces/${namespace}/deployments`,
      body: deploymentObject(name, options),
    });
    await this.ready(namespace, name);
  }

  ready(namespace: string, name: string): Promise<void> {
    return this.eventually(
      `${namespace}/${name} ready`,
      async () =>
        rolloutStatus({ ...(await this.workload(namespace, name)), kind: "Deployment" }).status === "done",
    );
  }

  /** A merge patch of any object, as its owner would. */
  async patch(path: string, body: object): Promise<void> {
    await this.api.request({ method: "PATCH", path, contentType: "application/merge-patch+json", body });
  }

  workload(namespace: string, name: string): Promise<Workload> {
    return this.api.request({
      method: "GET",
      path: `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`,
    });
  }

  /** Running pods of an app, or all of a namespace. */
  async pods(namespace: string, app?: string): Promise<Pod[]> {
    const found = await listAll<Pod>(this.api, `/api/v1/namespaces/${namespace}/pods`, {
      query: { labelSelector: app ? `app=${app}` : undefined },
    });
    return found.filter(({ metadata }) => !metadata.deletionTimestamp);
  }

  async pod(namespace: string, app: string): Promise<Pod> {
    const [pod] = await this.pods(namespace, app);
    if (!pod) throw new Error(`no pod of ${app} in ${namespace}`);
    return pod;
  }

  async injector(): Promise<InjectorData> {
    return (await readInjector(this.api, { namespace: "istio-system" })).data;
  }

  /** Everything that a program could have written, by resourceVersion: equal when nothing was. */
  async versions(): Promise<Record<string, string>> {
    const lists = await Promise.all(
      [
        "/api/v1/configmaps",
        "/api/v1/namespaces",
        "/api/v1/pods",
        "/apis/apps/v1/deployments",
        "/apis/apps/v1/replicasets",
      ].map(async (path) =>
        (await listMetadata(this.api, path)).map(
          ({ namespace, name, resourceVersion }) =>
            [`${path} ${namespace}/${name}`, resourceVersion ?? ""] as const,
        ),
      ),
    );
    // istiod keeps its elections in ConfigMaps
    const ours = (name: string) =>
      !name.startsWith("/api/v1/configmaps istio-system/") || name.includes("sidecar-injector");
    return Object.fromEntries(lists.flat().filter(([name]) => ours(name)));
  }

  async configMap(namespace: string, name: string): Promise<Record<string, string> | undefined> {
    try {
      const found = await this.api.request<{ data: Record<string, string> }>({
        method: "GET",
        path: `/api/v1/namespaces/${namespace}/configmaps/${name}`,
      });
      return found.data;
    } catch (error) {
      if (hasStatus(error, 404)) return undefined;
      throw error;
    }
  }

  async eventually(what: string, holds: () => Promise<boolean>, seconds = 60): Promise<void> {
    for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
      if (await holds().catch(() => false)) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error(`not in ${seconds} s: ${what}`);
  }
}

export function container(pod: Pod, name: string): Container {
  const found = allContainers(pod.spec).find((one) => one.name === name);
  if (!found) throw new Error(`pod ${pod.metadata.name} has no container ${name}`);
  return found;
}

export function argument(of: Container, flag: string): string | undefined {
  const { args = [] } = of;
  return args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined;
}

export function variable(of: Container, name: string): string | undefined {
  return of.env?.find((one) => one.name === name)?.value;
}

/** A run that should have succeeded; its whole text when not. */
export function succeeded(result: ProgramResult): ProgramResult {
  if (!result.ok) throw new Error(result.stdoutText);
  return result;
}

/** What each resource of ours went through, without the stack and components: `shop-layer` -> `update`. */
export function operations(result: ProgramResult): Record<string, string> {
  return Object.fromEntries(
    result.steps
      .filter(({ type }) => type.includes("dynamic") || type.startsWith("kubernetes:"))
      .map(({ urn, op }) => [urn.split("::").at(-1) ?? urn, op]),
  );
}
