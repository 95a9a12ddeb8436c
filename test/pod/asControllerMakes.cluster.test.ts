import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { dryRunPod } from "../../provider/cluster/dryRunPod";
import { type KubernetesApi, listAll } from "../../provider/cluster/KubernetesApi";
import type { Pod } from "../../provider/cluster/podTemplate";
import type { Workload } from "../../provider/cluster/workloads";
import { podAsMade } from "../../provider/pod/asControllerMakes/podAsMade";
import { ArgoRollouts } from "../e2e/ArgoRollouts";
import { Mesh } from "../e2e/Mesh";

const namespace = "made";
const app = { name: "app", image: "app:1" };

interface Row {
  edge: string;
  kind: "Deployment" | "StatefulSet" | "DaemonSet" | "Job";
  name: string;
  spec?: Record<string, unknown>;
  pod?: Record<string, unknown>;
  /** On the pod template. */
  annotations?: Record<string, string>;
}

const claim = (name: string) => ({
  metadata: { name },
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
});
const projected = {
  name: "token",
  projected: { sources: [{ serviceAccountToken: { path: "token", audience: "vault" } }] },
};
const ephemeral = { name: "scratch", ephemeral: { volumeClaimTemplate: { spec: claim("scratch").spec } } };

const rows: Row[] = [
  { edge: "a plain Deployment", kind: "Deployment", name: "plain" },
  {
    edge: "a Deployment with annotations of Istio's and of others",
    kind: "Deployment",
    name: "annotated",
    annotations: { "sidecar.istio.io/proxyCPU": "300m", team: "a" },
  },
  {
    edge: "projected and ephemeral volumes",
    kind: "Deployment",
    name: "volumes",
    pod: {
      volumes: [projected, ephemeral, { name: "cache", emptyDir: {} }],
      containers: [{ ...app, volumeMounts: [{ name: "token", mountPath: "/token" }] }],
    },
  },
  { edge: "hostNetwork", kind: "Deployment", name: "host-network", pod: { hostNetwork: true } },
  { edge: "users of its own", kind: "Deployment", name: "host-users", pod: { hostUsers: false } },
  {
    edge: "overhead by RuntimeClass",
    kind: "Deployment",
    name: "overhead",
    pod: { runtimeClassName: "sandbox" },
  },
  { edge: "a priority class", kind: "Deployment", name: "priority", pod: { priorityClassName: "urgent" } },
  {
    edge: "a service account with image pull secrets",
    kind: "Deployment",
    name: "pull-secrets",
    pod: { serviceAccountName: "puller" },
  },
  {
    edge: "affinity and tolerations of a Deployment's own",
    kind: "Deployment",
    name: "placed",
    pod: {
      tolerations: [{ key: "dedicated", operator: "Exists" }],
      affinity: {
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            {
              weight: 1,
              podAffinityTerm: {
                topologyKey: "kubernetes.io/hostname",
                labelSelector: { matchLabels: { app: "placed" } },
              },
            },
          ],
        },
      },
    },
  },
  {
    edge: "a StatefulSet without claims",
    kind: "StatefulSet",
    name: "stateful",
    spec: { serviceName: "stateful" },
  },
  {
    edge: "a StatefulSet without a service",
    kind: "StatefulSet",
    name: "headless",
    spec: { ordinals: { start: 3 } },
  },
  {
    edge: "a StatefulSet with claims, one in place of a volume of its template",
    kind: "StatefulSet",
    name: "claims",
    spec: { serviceName: "claims", volumeClaimTemplates: [claim("data"), claim("wal")] },
    pod: {
      volumes: [
        { name: "cache", emptyDir: {} },
        { name: "wal", emptyDir: {} },
      ],
      containers: [
        {
          ...app,
          volumeMounts: ["data", "wal", "cache"].map((name) => ({ name, mountPath: `/${name}` })),
        },
      ],
    },
  },
  { edge: "a DaemonSet", kind: "DaemonSet", name: "agent" },
  {
    edge: "a DaemonSet with hostNetwork, affinity and tolerations",
    kind: "DaemonSet",
    name: "node-agent",
    pod: {
      hostNetwork: true,
      tolerations: [
        {
          key: "node.kubernetes.io/not-ready",
          operator: "Exists",
          effect: "NoExecute",
          tolerationSeconds: 7,
        },
        { operator: "Exists", effect: "NoSchedule" },
      ],
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: "kubernetes.io/os", operator: "Exists" }] }],
          },
        },
      },
    },
  },
  { edge: "a Job", kind: "Job", name: "once", pod: { restartPolicy: "Never" } },
  {
    edge: "an indexed Job",
    kind: "Job",
    name: "indexed",
    spec: { completionMode: "Indexed", completions: 2, parallelism: 2 },
    pod: { restartPolicy: "Never" },
  },
];

describe("a pod that is asked about is the one that its controller makes", () => {
  let mesh: Mesh;
  let argo: ArgoRollouts;
  before(async () => {
    mesh = await Mesh.start();
    argo = await ArgoRollouts.install(mesh);
    await mesh.namespace(namespace);
    const post = (path: string, body: object) => mesh.api.request({ method: "POST", path, body });
    await post("/apis/node.k8s.io/v1/runtimeclasses", {
      metadata: { name: "sandbox" },
      handler: "sandbox",
      overhead: { podFixed: { cpu: "250m", memory: "120Mi" } },
    });
    await post("/apis/scheduling.k8s.io/v1/priorityclasses", { metadata: { name: "urgent" }, value: 1000 });
    await post(`/api/v1/namespaces/${namespace}/serviceaccounts`, {
      metadata: { name: "puller" },
      imagePullSecrets: [{ name: "registry" }],
    });
    await Promise.all([
      ...rows.map((row) => post(pathOf(row), bodyOf(row))),
      argo.create(namespace, "canary", 1),
    ]);
  });
  after(async () => {
    await argo?.stop();
    await mesh?.stop();
  });

  for (const row of rows) {
    it(row.edge, async () => {
      const workload = await mesh.api.request<Workload>({
        method: "GET",
        path: `${pathOf(row)}/${row.name}`,
      });
      await compare(mesh, { ...workload, kind: row.kind });
    });
  }

  it("an Argo Rollout", async () => {
    const workload = await argo.get(namespace, "canary");
    await compare(mesh, { ...workload, kind: "Rollout" });
  });

  it("a StatefulSet's first pod, where it has none to go by", async () => {
    const workload = await mesh.api.request<Workload>({
      method: "GET",
      path: `/apis/apps/v1/namespaces/${namespace}/statefulsets/claims`,
    });
    const made = podAsMade({ ...workload, kind: "StatefulSet" });
    const [real] = (await podsOf(mesh.api, "claims")).filter(({ metadata }) => metadata.name === "claims-0");
    assert.ok(real);
    assert.deepEqual(comparable(await dryRunPod(mesh.api, namespace, made)), comparable(real));
  });
});

async function compare(mesh: Mesh, workload: Workload): Promise<void> {
  const { name } = workload.metadata;
  await mesh.eventually(`pods of ${name}`, async () => (await podsOf(mesh.api, name)).length > 0);
  for (const real of await podsOf(mesh.api, name)) {
    const asked = await dryRunPod(mesh.api, namespace, podAsMade(workload, real));
    assert.deepEqual(comparable(asked), comparable(real));
  }
}

function podsOf(api: KubernetesApi, name: string): Promise<Pod[]> {
  return listAll<Pod>(api, `/api/v1/namespaces/${namespace}/pods`, {
    query: { labelSelector: `app=${name}` },
  });
}

function pathOf({ kind }: Row): string {
  const [group, plural] = kind === "Job" ? ["batch", "jobs"] : ["apps", `${kind.toLowerCase()}s`];
  return `/apis/${group}/v1/namespaces/${namespace}/${plural}`;
}

function bodyOf({ kind, name, spec, pod, annotations = {} }: Row): object {
  const labels = { app: name };
  return {
    metadata: { name },
    spec: {
      ...(kind === "Job" ? {} : { selector: { matchLabels: labels } }),
      ...(kind === "Deployment" ? { replicas: 1 } : {}),
      // all pods at once, whether or not one has room or a volume
      ...(kind === "StatefulSet" ? { replicas: 2, podManagementPolicy: "Parallel" } : {}),
      ...spec,
      template: { metadata: { labels, annotations }, spec: { containers: [app], ...pod } },
    },
  };
}

/**
 * Without what only the server gives: identity, a node, random names, and the finalizer that a Job counts its pods by. Volumes by their
 * names: the StatefulSet controller adds those of claims in any order.
 */
function comparable({ metadata, spec }: Pod): object {
  const { generateName, labels, annotations, ownerReferences = [] } = metadata;
  const { nodeName: _node, volumes = [], ...rest } = spec;
  const owners = ownerReferences.map(({ apiVersion, kind, name, uid, controller }) => ({
    apiVersion,
    kind,
    name,
    uid,
    controller,
  }));
  const text = JSON.stringify({
    generateName,
    labels,
    annotations,
    owners,
    volumes: byName(volumes),
    spec: rest,
  });
  return JSON.parse(text.replace(/kube-api-access-\w+/g, "kube-api-access"));
}

function byName(volumes: readonly { name: string }[]): object[] {
  return [...volumes].sort((a, b) => (a.name < b.name ? -1 : 1));
}
