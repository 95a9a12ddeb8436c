import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { connect } from "../../provider/cluster/connect";
import { dryRunPod } from "../../provider/cluster/dryRunPod";
import { hasStatus } from "../../provider/cluster/KubernetesApi";
import { diagnose } from "../../provider/mesh/diagnose";
import { pulumi } from "../pulumi/pulumi";
import { argument, container, Mesh, operations, type Plan, succeeded } from "./Mesh";
import { mutateNewPods } from "./mutateNewPods";
import { ranCommand } from "./ranCommand";

const excludes = "traffic.sidecar.istio.io/excludeOutboundPorts";

describe("a mesh where others change what injection goes by", () => {
  let mesh: Mesh;
  before(async () => {
    mesh = await Mesh.start({ revisions: ["canary"] });
  });
  after(() => mesh?.stop());

  const isQuiet = async (name: string, plan: Plan) => {
    const quiet = succeeded(await pulumi.preview(mesh.stack(name, plan)));
    assert.deepEqual(new Set(Object.values(operations(quiet))), new Set(["same"]), quiet.stdoutText);
  };

  test("an annotation that a policy puts on pods wins over the level: said everywhere, and a reason for no restart", async () => {
    const namespace = "policed";
    await mesh.namespace(namespace);
    await mutateNewPods(mesh, namespace, {
      reinvocationPolicy: "Never",
      mutations: [
        {
          patchType: "ApplyConfiguration",
          applyConfiguration: {
            expression: `Object{metadata: Object.metadata{annotations: {"${excludes}": "5432"}}}`,
          },
        },
      ],
    });
    await mesh.eventually("the policy is in force", async () => {
      const pod = await mesh.api.request<{ metadata: { annotations?: Record<string, string> } }>({
        method: "POST",
        path: `/api/v1/namespaces/${namespace}/pods`,
        query: { dryRun: "All" },
        body: { metadata: { name: "asked" }, spec: { containers: [{ name: "app", image: "app:1" }] } },
      });
      return pod.metadata.annotations?.[excludes] === "5432";
    });
    await mesh.deployment(namespace, "api");
    const plan: Plan = {
      namespaces: { policed: { capture: { excludeOutboundPorts: [3306] }, logLevel: "debug" } },
    };
    const overruled =
      /Deployment\/api: overruled by another webhook or policy: capture\.excludeOutboundPorts: expected 3306, got 5432/;
    assert.match(succeeded(await pulumi.up(mesh.stack(namespace, plan))).stdoutText, overruled);
    const pod = await mesh.pod(namespace, "api");
    assert.equal(argument(container(pod, "istio-init"), "-o"), "5432");
    assert.ok(container(pod, "istio-proxy").args?.includes("--proxyLogLevel=debug"));
    assert.match(
      await ranCommand(mesh, "explain", `pod/${pod.metadata.name}`, "-n", namespace),
      /^capture\.excludeOutboundPorts +5432 +pod +3306 \(namespace\)/m,
    );
    await isQuiet(namespace, plan);
  });

  /** The log level of an app's sidecar. */
  const levelOf = async (namespace: string, app: string) =>
    container(await mesh.pod(namespace, app), "istio-proxy")
      .args?.find((one) => one.startsWith("--proxyLogLevel="))
      ?.split("=")[1];
  const picking = (namespace: string, matchLabels: object, logLevel: string): Plan => ({
    workloads: { [namespace]: { namespace, selector: { matchLabels }, logLevel } },
  });

  test("a label that a policy puts on pods picks settings: previews, restarts and every later change go by it", async () => {
    const namespace = "labelled";
    await mesh.namespace(namespace);
    await mutateNewPods(mesh, namespace, {
      reinvocationPolicy: "Never",
      mutations: [
        {
          patchType: "ApplyConfiguration",
          applyConfiguration: { expression: `Object{metadata: Object.metadata{labels: {"team": "pay"}}}` },
        },
      ],
    });
    await mesh.eventually("the policy is in force", async () => {
      const spec = { containers: [{ name: "app", image: "app:1" }] };
      return (await dryRunPod(mesh.api, namespace, { spec })).metadata.labels?.team === "pay";
    });
    await mesh.deployment(namespace, "api");
    for (const level of ["debug", "info"]) {
      const plan = picking(namespace, { team: "pay" }, level);
      const preview = succeeded(await pulumi.preview(mesh.stack(namespace, plan, { diff: true })));
      assert.match(
        preview.stdoutText,
        new RegExp(`logLevel \\w+ -> ${level} *: \\{\\s+(\\+ )?Deployment/api: "1 pod"`),
      );
      succeeded(await pulumi.up(mesh.stack(namespace, plan)));
      assert.equal(await levelOf(namespace, "api"), level);
      await isQuiet(namespace, plan);
    }
    assert.match(
      await ranCommand(mesh, "status", "-n", namespace),
      /1 workload in 1 namespace: 1 up to date/,
    );
    const { name } = (await mesh.pod(namespace, "api")).metadata;
    for (const what of ["deployment/api", `pod/${name}`])
      assert.match(await ranCommand(mesh, "explain", what, "-n", namespace), /^logLevel +info +workload /m);
    assert.match(await ranCommand(mesh, "doctor", "-n", namespace), /✔ answer: .* a test pod in labelled/);
  });

  test("a label that only running pods have brings new ones nothing: said everywhere, and nothing restarts", async () => {
    const namespace = "canonical";
    const label = "service.istio.io/canonical-name";
    await mesh.namespace(namespace);
    await mesh.deployment(namespace, "api");
    const { metadata } = await mesh.pod(namespace, "api");
    assert.equal(metadata.labels?.[label], "api");
    const plan = picking(namespace, { [label]: "api" }, "debug");
    const said = new RegExp(`select by a label of its pod template: ${label} is only on running pods`);
    const preview = await pulumi.preview(mesh.stack(namespace, plan, { diff: true }));
    assert.match(succeeded(preview).stdoutText, said);
    assert.match(succeeded(await pulumi.up(mesh.stack(namespace, plan))).stdoutText, said);
    assert.equal((await mesh.pod(namespace, "api")).metadata.uid, metadata.uid);
    assert.match(await ranCommand(mesh, "status", "-n", namespace), said);
    assert.match(await ranCommand(mesh, "explain", "deploy/api", "-n", namespace), said);
    await isQuiet(namespace, plan);
  });

  test("a label that somebody took off a running pod does not keep its workload from the settings", async () => {
    const namespace = "unlabelled";
    await mesh.namespace(namespace);
    await mesh.deployment(namespace, "api", { labels: { tier: "gold" } });
    const { metadata } = await mesh.pod(namespace, "api");
    await mesh.patch(`/api/v1/namespaces/${namespace}/pods/${metadata.name}`, {
      metadata: { labels: { tier: null } },
    });
    const plan = picking(namespace, { tier: "gold" }, "debug");
    const preview = succeeded(await pulumi.preview(mesh.stack(namespace, plan, { diff: true })));
    assert.match(preview.stdoutText, /logLevel warning -> debug: \{\s+Deployment\/api: "1 pod"/);
    succeeded(await pulumi.up(mesh.stack(namespace, plan)));
    assert.equal(await levelOf(namespace, "api"), "debug");
    await isQuiet(namespace, plan);
  });

  test("doctor looks at each revision's webhook, and at the rights on its ConfigMap", async () => {
    const rbac = "/apis/rbac.authorization.k8s.io/v1";
    const rules = [
      { apiGroups: ["*"], resources: ["*"], verbs: ["get", "list", "create", "patch", "delete"] },
      {
        apiGroups: [""],
        resources: ["configmaps"],
        resourceNames: ["istio-sidecar-injector"],
        verbs: ["update"],
      },
    ];
    const create = (path: string, body: object) =>
      mesh.api.request({ method: "POST", path: `${rbac}/${path}`, body });
    await create("clusterroles", { metadata: { name: "some" }, rules });
    await create("clusterrolebindings", {
      metadata: { name: "some" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "some" },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "ann" }],
    });
    const ann = await connect({ kubeconfig: await mesh.cluster.kubeconfigAs("ann") });
    const findings = await diagnose(ann, { injectorNamespace: "istio-system" });
    const rights = findings.find(({ check }) => check === "rights for pulumi up");
    // and at each revision's webhook
    assert.deepEqual(
      findings.flatMap(({ check, says }) => (check === "webhook" ? [says] : [])),
      ["istio-sidecar-injector-canary", "istio-sidecar-injector"],
    );
    assert.deepEqual(
      [rights?.is, rights?.details],
      ["problem", ["update configmaps istio-sidecar-injector-canary: writes the settings"]],
    );
  });

  test("a webhook with a condition of its own: settings are tried out on pods that it injects, and doctor asks about one", async () => {
    const namespace = "picky";
    await mesh.namespace(namespace);
    const path = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/istio-sidecar-injector";
    const { webhooks } = await mesh.api.request<{ webhooks: object[] }>({ method: "GET", path });
    const expression = `request.namespace != "${namespace}" || object.metadata.?labels.mesh.hasValue()`;
    await mesh.patch(path, {
      webhooks: webhooks.map((one) => ({ ...one, matchConditions: [{ name: "picky", expression }] })),
    });
    const spec = { containers: [{ name: "app", image: "app:1" }] };
    await mesh.eventually("the condition holds", async () => {
      const pod = await dryRunPod(mesh.api, namespace, { spec });
      return pod.metadata.labels?.["istio.io/rev"] === undefined && pod.spec.initContainers === undefined;
    });
    await mesh.deployment(namespace, "in", { labels: { mesh: "yes" } });
    await mesh.deployment(namespace, "out");
    const plan: Plan = { namespaces: { [namespace]: { logLevel: "debug" } } };
    const { stdoutText } = succeeded(await pulumi.up(mesh.stack(namespace, plan)));
    assert.match(stdoutText, /1\/1 restarted Deployment\/in/);
    assert.doesNotMatch(stdoutText, /not tried out/);
    assert.match(
      await ranCommand(mesh, "doctor", "-n", namespace),
      /✔ answer: a test pod in picky gets these/,
    );
    succeeded(await pulumi.destroy(mesh.stack(namespace, plan)));
  });

  test("a namespace that moves to another revision amid an up: pods that keep the former one wait, and nobody calls them current", async () => {
    const namespace = "moving";
    await mesh.namespace(namespace);
    for (const app of ["a", "b"]) await mesh.deployment(namespace, app);
    const plan: Plan = { namespaces: { moving: { logLevel: "debug", rollout: { maxConcurrent: 1 } } } };
    let moved: Promise<void> | undefined;
    const onLine = (line: string) => {
      if (!line.includes("1/2 restarted")) return;
      moved ??= mesh.patch(`/api/v1/namespaces/${namespace}`, {
        metadata: { labels: { "istio-injection": null, "istio.io/rev": "canary" } },
      });
    };
    const up = succeeded(await pulumi.up(mesh.stack(namespace, plan, { onLine })));
    await moved;
    const levels = async () =>
      Promise.all(
        ["a", "b"].map(async (app) => {
          const { args = [] } = container(await mesh.pod(namespace, app), "istio-proxy");
          return args.find((one) => one.startsWith("--proxyLogLevel="));
        }),
      );
    assert.deepEqual(await levels(), ["--proxyLogLevel=debug", "--proxyLogLevel=warning"]);
    const reason = /new pods come from revision canary now/;
    assert.match(up.stdoutText, reason);
    assert.doesNotMatch(up.stdoutText, /Deployment\/b is already up to date/);
    assert.match(await ranCommand(mesh, "status", "-n", namespace), reason);
    assert.match(
      succeeded(await pulumi.preview(mesh.stack(namespace, plan, { diff: true }))).stdoutText,
      reason,
    );
    succeeded(await pulumi.up(mesh.stack(namespace, plan)));
    await isQuiet(namespace, plan);
    assert.deepEqual(await levels(), ["--proxyLogLevel=debug", "--proxyLogLevel=warning"]);
  });

  test("a namespace that is being deleted keeps no other from its settings", async () => {
    for (const name of ["ending", "staying"]) {
      await mesh.namespace(name);
      await mesh.deployment(name, "api");
    }
    const { metadata } = await mesh.pod("ending", "api");
    await mesh.patch(`/api/v1/namespaces/ending/pods/${metadata.name}`, {
      metadata: { finalizers: ["example.com/wait"] },
    });
    await mesh.api.request({ method: "DELETE", path: "/api/v1/namespaces/ending" });
    await mesh.eventually("its pods are being deleted", async () => (await mesh.pods("ending")).length === 0);
    await staysSettled("ending", "staying");
    succeeded(await pulumi.destroy(mesh.stack("ending", globalAnd("staying"))));
  });

  test("a namespace that is being deleted, and whose pods are not yet: its workloads wait, and the others restart", async () => {
    for (const name of ["refusing", "going-on"]) {
      await mesh.namespace(name);
      await mesh.deployment(name, "api");
    }
    const { metadata } = await mesh.pod("refusing", "api");
    await denyDeletion(mesh, "refusing");
    await mesh.eventually("the policy is in force", async () => {
      const path = `/api/v1/namespaces/refusing/pods/${metadata.name}`;
      const deleted = mesh.api.request({ method: "DELETE", path, query: { dryRun: "All" } });
      return deleted.then(
        () => false,
        (error: unknown) => hasStatus(error, 422),
      );
    });
    await mesh.api.request({ method: "DELETE", path: "/api/v1/namespaces/refusing" });
    const up = await staysSettled("refusing", "going-on");
    assert.match(up.stdoutText, /Deployment\/api is waiting: its namespace is being deleted/);
    assert.match(await ranCommand(mesh, "status", "-n", "refusing"), /its namespace is being deleted/);
    succeeded(await pulumi.destroy(mesh.stack("refusing", globalAnd("going-on"))));
    assert.equal((await mesh.pod("refusing", "api")).metadata.uid, metadata.uid);
  });

  /** A first `up` restarts what is in `staying`, once, and then nothing is left to do. */
  const staysSettled = async (ending: string, staying: string) => {
    const plan = globalAnd(staying);
    const before = (await mesh.pods(staying, "api")).map(({ metadata: { uid } }) => uid);
    const up = succeeded(await pulumi.up(mesh.stack(ending, plan)));
    assert.match(
      up.stdoutText,
      new RegExp(`\\[${ending}\\] settings not tried out: namespace ${ending} is being deleted`),
    );
    // by its own rollout, which has one workload, or by the mesh's, which has more: whichever had its turn first
    const restarted = new RegExp(`^ {4}\\[${staying}\\] \\d/\\d restarted Deployment/api \\(1 pod`, "gm");
    assert.equal([...up.stdoutText.matchAll(restarted)].length, 1, up.stdoutText);
    const [pod, ...more] = await mesh.pods(staying, "api");
    assert.ok(pod && more.length === 0 && !before.includes(pod.metadata.uid));
    assert.ok(container(pod, "istio-proxy").args?.includes("--proxyLogLevel=debug"));
    await isQuiet(ending, plan);
    return up;
  };
  const globalAnd = (namespace: string): Plan => ({
    global: { concurrency: 3 },
    namespaces: { [namespace]: { logLevel: "debug" } },
  });
});

/** Denies the deletion of the namespace's workloads and pods, so that it does not end. */
async function denyDeletion(mesh: Mesh, namespace: string): Promise<void> {
  const create = (kind: string, spec: object) =>
    mesh.api.request({
      method: "POST",
      path: `/apis/admissionregistration.k8s.io/v1/${kind}`,
      body: { metadata: { name: namespace }, spec },
    });
  await create("validatingadmissionpolicies", {
    failurePolicy: "Fail",
    matchConstraints: {
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
      resourceRules: [
        {
          apiGroups: ["", "apps"],
          apiVersions: ["v1"],
          operations: ["DELETE"],
          resources: ["pods", "deployments", "replicasets"],
        },
      ],
    },
    validations: [{ expression: "false", message: "deletion is protected here" }],
  });
  await create("validatingadmissionpolicybindings", { policyName: namespace, validationActions: ["Deny"] });
}
