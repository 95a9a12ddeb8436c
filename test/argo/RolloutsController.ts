import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { listAll } from "../../provider/cluster/KubernetesApi";
import { buildModule } from "../builds/buildModule";
import type { Mesh } from "../e2e/Mesh";

const module = "github.com/argoproj/argo-rollouts";
const kinds = ["rollout", "experiment", "analysis-run", "analysis-template", "cluster-analysis-template"];

/** The folder of the controller and its CRDs. */
export function buildRolloutsController(): Promise<string> {
  return buildModule(
    {
      name: "the controller of Argo Rollouts",
      module: __dirname,
      cache: "argo",
      packages: [`${module}/cmd/rollouts-controller`],
      programs: ["rollouts-controller"],
      flags: ["-trimpath", "-ldflags", "-s -w"],
      beside: kinds.map((kind) => ({ module, file: `manifests/crds/${kind}-crd.yaml` })),
      takes: "about 10 minutes on 2 cores",
      instead: "leave out test/e2e/argoRollouts",
    },
    (line) => void process.stderr.write(`argo: ${line}\n`),
  );
}

/** Argo Rollouts' own controller, built when a test asks for it. */
export class RolloutsController {
  private constructor(
    private readonly process: ChildProcess,
    private readonly said: () => string,
  ) {}

  /** Watches the mesh for Rollouts when this returns. */
  static async start(mesh: Mesh): Promise<RolloutsController> {
    const folder = await buildRolloutsController();
    for (const kind of kinds) {
      const body = parse(await readFile(join(folder, `${kind}-crd.yaml`), "utf8")) as object;
      const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
      await mesh.api.request({ method: "POST", path, body });
    }
    const list = "/apis/argoproj.io/v1alpha1/rollouts";
    await mesh.eventually("Rollouts can be listed", async () => Array.isArray(await listAll(mesh.api, list)));
    // a port that can't be listened on: it would listen on every interface, and goes on without
    const none = ["--metricsport", "-1", "--healthzPort", "-1"];
    const controller = spawn(join(folder, "rollouts-controller"), ["--leader-elect=false", ...none], {
      env: { ...process.env, KUBECONFIG: mesh.cluster.kubeconfig },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    for (const stream of [controller.stdout, controller.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        said = (said + text).slice(-20_000);
      });
    return new RolloutsController(controller, () => said);
  }

  /** The end of its log. */
  get log(): string {
    return this.said();
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, "exit");
    this.process.kill("SIGKILL");
    await ended;
  }
}
