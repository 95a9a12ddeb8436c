import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { Mesh } from "../e2e/Mesh";
import { exempt } from "./DenyingPolicy";
import { FaultRun } from "./FaultRun";
import { mostCpu, namespaces, unlabelled, workloads } from "./FaultScript";

const first = Number(process.env.SIDECAR_SEED ?? 20261123);
const runs = Number(process.env.SIDECAR_FAULT_RUNS ?? 1);
const steps = Number(process.env.SIDECAR_FAULT_STEPS ?? 12);
// components of a cluster that is not ours can't be stopped
const skip = process.env.SIDECAR_TEST_KUBECONFIG !== undefined;

describe("whatever fails, no layer and no foreign byte is lost, pods can be created, and one more up repairs the rest", {
  skip,
}, () => {
  let mesh: Mesh;
  let folder: string;

  // one for each run: what a run leaves in the injector, above all one that failed, would be the next one's to explain
  beforeEach(async () => {
    mesh = await Mesh.start();
    folder = await mkdtemp(join(tmpdir(), "sidecar-faults-"));
    await mesh.api.request({
      method: "POST",
      path: "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
      body: {
        metadata: { name: exempt },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
        subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: exempt }],
      },
    });
    for (const namespace of unlabelled) await mesh.namespace(namespace, {});
    for (const namespace of namespaces) {
      await mesh.namespace(namespace);
      await mesh.api.request({
        method: "POST",
        path: `/api/v1/namespaces/${namespace}/limitranges`,
        body: { metadata: { name: "most" }, spec: { limits: [limits] } },
      });
    }
    for (const [namespace, names] of Object.entries(workloads))
      for (const name of names) await mesh.deployment(namespace, name, { replicas: 2 });
  });
  afterEach(async () => {
    await mesh?.stop();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  for (let run = 0; run < runs; run++) {
    const seed = first + run;
    test(`seed ${seed}, ${steps} steps`, async (context) => {
      const tell = (line: string) => void process.stderr.write(`faults: ${line}\n`);
      // told before, for a run that never ends
      tell(`seed ${seed}, ${steps} steps`);
      const onLine = process.env.SIDECAR_FAULT_LOG ? tell : () => {};
      const figures = await FaultRun.of(mesh, folder, { seed, length: steps, onLine });
      context.diagnostic(JSON.stringify(figures));
    });
  }
});

const limits = {
  type: "Container",
  max: { cpu: String(mostCpu) },
  default: { cpu: "500m" },
  defaultRequest: { cpu: "10m" },
};
