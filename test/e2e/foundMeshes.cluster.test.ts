import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { parse } from "yaml";
import { allContainers, isReady } from "../../provider/cluster/podTemplate";
import { layersOf } from "../../provider/configMap/layersOf";
import { pulumi } from "../pulumi/pulumi";
import { DatabaseOperator } from "./DatabaseOperator";
import { argument, container, Mesh, operations, type Plan, succeeded, variable } from "./Mesh";
import { ranCommand } from "./ranCommand";

const webhooks = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
const asm = {
  group: "istio.alibabacloud.com",
  kind: "ASMCustomProxyConfigInjectionTemplate",
  plural: "asmcustomproxyconfiginjectiontemplates",
};
const inject = "sidecar.istio.io/inject";

/** The same settings as two teams wrote them on their pods. */
const capturing = {
  "traffic.sidecar.istio.io/includeInboundPorts": "*",
  "traffic.sidecar.istio.io/excludeInboundPorts": "9300, 9200, 9300",
  "traffic.sidecar.istio.io/excludeOutboundPorts": "9300",
  "traffic.sidecar.istio.io/excludeOutboundIPRanges": "10.1.2.3/16,169.254.169.254/32",
};
const forms = {
  elastic: {
    ...capturing,
    "sidecar.istio.io/proxyCPU": "0.25",
    "proxy.istio.io/config":
      '{"concurrency": "2", "terminationDrainDuration": "30s", "tracing": {"sampling": 100.0}}',
  },
  search: {
    ...capturing,
    "traffic.sidecar.istio.io/excludeInboundPorts": "9200,9300",
    "sidecar.istio.io/proxyCPU": "250m",
    "proxy.istio.io/config":
      "# drains\nconcurrency: 2\nterminationDrainDuration: 30s\ntracing: { sampling: 100 }\n",
  },
};

describe("meshes as others have built them", () => {
  let mesh: Mesh;
  let database: DatabaseOperator;
  let plan: Plan;
  const stack = (wanted: Plan) => mesh.stack("found", wanted);
  const cpu = async (namespace: string, app: string) =>
    container(await mesh.pod(namespace, app), "istio-proxy").resources?.limits?.cpu;
  const uid = async (namespace: string, app: string) => (await mesh.pod(namespace, app)).metadata.uid;
  /** Pods that no injection reaches, by namespace and app. */
  const without = [
    ["optin", "plain"],
    ["optin", "annotated"],
    ["shop", "out-by-label"],
    ["shop", "out-by-annotation"],
  ] as const;

  before(async () => {
    mesh = await Mesh.start({ revisions: ["canary"] });
    await mesh.namespace("optin", {});
    for (const name of ["shop", "forms", "asm", "old", "left"]) await mesh.namespace(name);
    await mesh.namespace("onrev", { "istio.io/rev": "canary" });
    await mesh.namespace("ontag", { "istio.io/rev": "prod-stable" });
    await tag("prod-stable", "canary");
    await mesh.deployment("optin", "api", { labels: { [inject]: "true" } });
    await mesh.deployment("optin", "plain");
    await mesh.deployment("optin", "annotated", { annotations: { [inject]: "true" } });
    await mesh.deployment("shop", "in");
    await mesh.deployment("shop", "out-by-label", { labels: { [inject]: "false" } });
    await mesh.deployment("shop", "out-by-annotation", { annotations: { [inject]: "false" } });
    for (const [name, annotations] of Object.entries(forms))
      await mesh.deployment("forms", name, { annotations });
    for (const name of ["checkout", "web"]) await mesh.deployment("asm", name);
    for (const name of ["onrev", "ontag"]) await mesh.deployment(name, "web");
    await Promise.all([controller("old", 3), controller("left", 1)]);
    await budget("old", "most", "cache");
    database = await DatabaseOperator.install(mesh, "left");
    await asmObjects();
  });
  after(async () => {
    await database?.stop();
    await mesh?.stop();
  });

  /** As `istioctl tag set` does. */
  const tag = async (name: string, revision: string) => {
    interface Webhook {
      namespaceSelector: object;
      objectSelector: object;
    }
    const path = `${webhooks}/istio-sidecar-injector-${revision}`;
    const found = await mesh.api.request<{ webhooks: Webhook[] }>({ method: "GET", path });
    const named = (selector: object) =>
      JSON.parse(JSON.stringify(selector).replaceAll(`"${revision}"`, `"${name}"`)) as object;
    await mesh.api.request({
      method: "POST",
      path: webhooks,
      body: {
        metadata: {
          name: `istio-revision-tag-${name}`,
          labels: { "istio.io/tag": name, "istio.io/rev": revision },
        },
        webhooks: found.webhooks.map((webhook) => ({
          ...webhook,
          namespaceSelector: named(webhook.namespaceSelector),
          objectSelector: named(webhook.objectSelector),
        })),
      },
    });
  };

  /** A PodDisruptionBudget that wants two pods of an app. */
  const budget = (namespace: string, name: string, app: string) =>
    mesh.api.request({
      method: "POST",
      path: `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`,
      body: { metadata: { name }, spec: { minAvailable: 2, selector: { matchLabels: { app } } } },
    });

  /** A ReplicationController `cache` whose pods are ready when this returns. */
  const controller = async (namespace: string, replicas: number) => {
    const labels = { app: "cache" };
    await mesh.api.request({
      method: "POST",
      path: `/api/v1/namespaces/${namespace}/replicationcontrollers`,
      body: {
        metadata: { name: "cache" },
        spec: {
          replicas,
          selector: labels,
          template: { metadata: { labels }, spec: { containers: [{ name: "app", image: "app:1" }] } },
        },
      },
    });
    await mesh.eventually(`the pods of ${namespace}/cache`, async () => {
      const pods = await mesh.pods(namespace, "cache");
      return pods.length === replicas && pods.every(isReady);
    });
  };

  const asmObjects = async () => {
    const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
    await mesh.api.request({
      method: "POST",
      path: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
      body: {
        metadata: { name: `${asm.plural}.${asm.group}` },
        spec: {
          group: asm.group,
          scope: "Namespaced",
          names: { kind: asm.kind, plural: asm.plural },
          versions: [{ name: "v1", served: true, storage: true, schema }],
        },
      },
    });
    const amounts = (kind: "Limit" | "Request", cpu: string, memory: string) => ({
      [`resourceCPU${kind}`]: cpu,
      [`resourceMemory${kind}`]: memory,
    });
    const objects = {
      default: {
        configPatches: {
          sidecarProxyInitResourceLimit: amounts("Limit", "1", "100Mi"),
          sidecarProxyInitResourceRequest: amounts("Request", "60m", "30Mi"),
          terminationDrainDuration: "15s",
          readinessInitialDelaySeconds: 3,
          readinessPeriodSeconds: "5",
          readinessFailureThreshold: 30,
          proxyMetadata: { EXIT_ON_ZERO_ACTIVE_CONNECTIONS: "true", MY_TEAM: "payments" },
          proxyStatsMatcher: { inclusionPrefixes: ["cluster.outbound"] },
          tracing: { sampling: 10, custom_tags: { team: { literal: { value: "payments" } } } },
          runtimeValues: { "overload.global_downstream_max_connections": "50000" },
          smcConfiguration: { enabled: true },
        },
      },
      checkout: {
        workloadSelector: { labels: { app: "checkout" } },
        configPatches: { concurrency: 4, logLevel: "debug" },
      },
    };
    for (const [name, spec] of Object.entries(objects))
      await mesh.eventually(`the API server takes ${name}`, async () => {
        await mesh.api.request({
          method: "POST",
          path: `/apis/${asm.group}/v1/namespaces/asm/${asm.plural}`,
          body: { apiVersion: `${asm.group}/v1`, kind: asm.kind, metadata: { name }, spec },
        });
        return true;
      });
  };

  test("import takes over every field of ASM's objects that has a setting, and what annotations say in any form", async () => {
    const text = await ranCommand(mesh, "import");
    assert.match(text, /smcConfiguration\.enabled: there is no setting for it/);
    const { namespaces, workloads } = parse(text) as Required<Pick<Plan, "namespaces" | "workloads">>;
    assert.deepEqual(Object.keys(namespaces), ["asm", "forms"]);
    assert.deepEqual(namespaces.forms, {
      proxyResources: { requests: { cpu: "250m" } },
      capture: {
        includeInboundPorts: "*",
        excludeInboundPorts: "9300,9200",
        excludeOutboundPorts: "9300",
        excludeOutboundIPRanges: "10.1.0.0/16,169.254.169.254/32",
      },
      terminationDrainDuration: "30s",
      concurrency: "2",
      tracing: { sampling: "100" },
    });
    assert.deepEqual(Object.keys(workloads), ["checkout"]);
    plan = {
      global: {
        proxyResources: { limits: { cpu: 1.5 } },
        alwaysExclude: {
          inboundPorts: [15081, 9200],
          outboundIPRanges: ["10.1.0.0/16", "fd00:EC2::254/128"],
          outboundPorts: [53],
        },
      },
      namespaces: {
        ...namespaces,
        onrev: { injector: { revision: "canary" }, proxyResources: { limits: { cpu: "700m" } } },
        old: { logLevel: "debug", rollout: { strategy: "evict" } },
        left: { logLevel: "debug" },
      },
      workloads,
    };
    await mesh.deployment("forms", "plain");
  });

  test("a preview says who is reached: by namespace or by pod, whichever revision, and whose pods are only listed", async () => {
    const { stdoutText } = succeeded(await pulumi.preview({ ...stack(plan), diff: true }));
    for (const listed of [
      /asm\/Deployment\/checkout: "1 pod"/,
      /forms\/Deployment\/elastic: "1 pod"/,
      /optin\/Deployment\/api +: "1 pod"/,
      /shop\/Deployment\/in +: "1 pod"/,
      /proxyResources\.limits\.cpu 2 -> 700m: \{\s+Deployment\/web: "1 pod"/,
      /evicted one by one: \{\s+ReplicationController\/cache: "3 pods"/,
      /\[left\] Cluster\/db is unmanaged: 2 pods .*rollout strategy evict, or when you delete them/,
      /\[left\] ReplicationController\/cache is unmanaged: 1 pod .*rollout strategy evict, or when you delete them/,
    ])
      assert.match(stdoutText, listed);
    for (const [namespace, app] of [...without, ["ontag", "web"]])
      assert.doesNotMatch(stdoutText, new RegExp(`${namespace}/Deployment/${app}\\b`));
  });

  test("up brings each pod its values, evicts where it is asked to, and leaves pods without sidecars alone", async () => {
    const others = [...without, ["ontag", "web"], ["left", "cache"], ["left", "db"]] as const;
    const uids = () => Promise.all(others.map(([namespace, app]) => uid(namespace, app)));
    const before = await uids();
    const replaced = await mesh.pods("old", "cache");
    let said = "";
    const fewest = await fewestReady("old", "cache", async () => {
      said = succeeded(await pulumi.up(stack(plan))).stdoutText;
    });
    assert.equal(fewest, 2, "ready pods of old/cache, by its budget and one after the other");
    // namespaces of another revision are nothing that global settings of this one could be tried out in
    assert.doesNotMatch(said, /not tried out/);
    assert.deepEqual(await uids(), before);
    const kept = (await mesh.pods("old", "cache")).filter(({ metadata }) =>
      replaced.some((one) => one.metadata.uid === metadata.uid),
    );
    assert.deepEqual(kept, []);
    const rows: [namespace: string, app: string, cpu: string | undefined, level: string][] = [
      ["optin", "api", "1500m", "warning"],
      ["shop", "in", "1500m", "warning"],
      ["asm", "web", "1500m", "warning"],
      ["asm", "checkout", "1500m", "debug"],
      ["forms", "plain", "1500m", "warning"],
      // a resource annotation of a pod takes every other amount away
      ["forms", "elastic", undefined, "warning"],
      ["onrev", "web", "700m", "warning"],
      ["ontag", "web", "2", "warning"],
      ["old", "cache", "1500m", "debug"],
      ["left", "cache", "2", "warning"],
      ["left", "db", "2", "warning"],
    ];
    for (const [namespace, app, cpu, level] of rows) {
      const proxy = container(await mesh.pod(namespace, app), "istio-proxy");
      assert.equal(proxy.resources?.limits?.cpu, cpu, `${namespace}/${app}`);
      assert.ok(proxy.args?.includes(`--proxyLogLevel=${level}`), `${namespace}/${app}: ${proxy.args}`);
    }
  });

  test("each form of an annotation comes to the same, with what is always excluded, each once", async () => {
    const captured = async (app: string) => {
      const pod = await mesh.pod("forms", app);
      const args = ["-b", "-d", "-o"].map((flag) => argument(container(pod, "istio-init"), flag));
      const config = variable(container(pod, "istio-proxy"), "PROXY_CONFIG") ?? "";
      return {
        args,
        config: JSON.parse(config) as object,
        cpu: container(pod, "istio-proxy").resources?.requests?.cpu,
      };
    };
    const wanted = {
      args: ["*", "15090,15021,15081,9200,9300,15020", "53,9300"],
      config: { concurrency: 2, terminationDrainDuration: "30s", tracing: { sampling: 100 } },
      cpu: "250m",
    };
    for (const app of ["plain", "elastic", "search"]) assert.deepEqual(await captured(app), wanted, app);
  });

  test("what ASM's objects said is what their namespace's pods have", async () => {
    const config = async (app: string) =>
      JSON.parse(
        variable(container(await mesh.pod("asm", app), "istio-proxy"), "PROXY_CONFIG") ?? "",
      ) as object;
    const shared = {
      proxyMetadata: { EXIT_ON_ZERO_ACTIVE_CONNECTIONS: "true", MY_TEAM: "payments" },
      proxyStatsMatcher: { inclusionPrefixes: ["cluster.outbound"] },
      runtimeValues: { "overload.global_downstream_max_connections": "50000" },
      terminationDrainDuration: "15s",
      tracing: { customTags: { team: { literal: { value: "payments" } } }, sampling: 10 },
    };
    assert.deepEqual(await config("web"), shared);
    assert.deepEqual(await config("checkout"), { ...shared, concurrency: 4 });
    const web = await mesh.pod("asm", "web");
    assert.deepEqual(container(web, "istio-init").resources, {
      limits: { cpu: "1", memory: "100Mi" },
      requests: { cpu: "60m", memory: "30Mi" },
    });
    const { readinessProbe } = container(web, "istio-proxy") as { readinessProbe?: Record<string, unknown> };
    const { initialDelaySeconds, periodSeconds, failureThreshold } = readinessProbe ?? {};
    assert.deepEqual([initialDelaySeconds, periodSeconds, failureThreshold], [3, 5, 30]);
  });

  test("explain asks the injector of the pod's revision, a tag's as well; doctor finds nothing wrong", async () => {
    const explained = (namespace: string) => ranCommand(mesh, "explain", "deploy/web", "-n", namespace);
    const onrev = await explained("onrev");
    assert.match(onrev, /^onrev\/Deployment\/web \(revision canary\)$/m);
    assert.match(
      onrev,
      /^proxyResources\.limits\.cpu +700m +namespace \(organization\/e2e\/found:onrev\) +2 /m,
    );
    const ontag = await explained("ontag");
    assert.match(ontag, /^ontag\/Deployment\/web \(revision canary\)$/m);
    assert.doesNotMatch(ontag, /^proxyResources\.limits\.cpu/m);
    const doctor = await ranCommand(mesh, "doctor");
    assert.match(doctor, /✔ webhook: istio-revision-tag-prod-stable, istio-sidecar-injector-canary/);
    assert.match(doctor, /^0 problems/m);
  });

  test("a tag in place of a revision is refused, with the revision that it names", async () => {
    const tagged = { onrev: { injector: { revision: "prod-stable" }, logLevel: "debug" } };
    const { ok, stdoutText } = await pulumi.preview(mesh.stack("tagged", { namespaces: tagged }));
    assert.equal(ok, false);
    assert.match(stdoutText, /prod-stable is a tag of revision canary\. Name the revision: canary\./);
  });

  test("evict replaces the pods of a custom resource one by one; a PodDisruptionBudget that forbids it is named", async () => {
    const withRollout = (rollout: object) => ({
      ...plan,
      namespaces: { ...plan.namespaces, left: { logLevel: "debug", rollout } },
    });
    const former = (await mesh.pods("left", "db")).map(({ metadata }) => metadata.uid);
    await budget("left", "quorum", "db");
    const impatient = withRollout({ strategy: "evict", timeoutPerWorkload: "3s" });
    const preview = succeeded(await pulumi.preview({ ...stack(impatient), diff: true })).stdoutText;
    assert.match(preview, /evicted one by one: \{\s+\+ Cluster\/db +: "2 pods"/);
    const { ok, stdoutText } = await pulumi.up(stack(impatient));
    assert.equal(ok, false);
    assert.match(
      stdoutText,
      /Cluster\/db: pod db-1 could not be evicted in time: Cannot evict pod.*disruption budget quorum needs 2 healthy pods and has 2 currently/,
    );
    assert.deepEqual(
      (await mesh.pods("left", "db")).map(({ metadata }) => metadata.uid),
      former,
    );

    await mesh.patch("/apis/policy/v1/namespaces/left/poddisruptionbudgets/quorum", {
      spec: { minAvailable: 1 },
    });
    plan = withRollout({ strategy: "evict" });
    let said = "";
    const fewest = await fewestReady("left", "db", async () => {
      said = succeeded(await pulumi.up(stack(plan))).stdoutText;
    });
    assert.equal(fewest, 1, "ready pods of left/db, one after the other");
    assert.match(said, /\[left\] restarted Cluster\/db by evictions \(2\)/);
    const pods = await mesh.pods("left", "db");
    assert.equal(pods.length, 2);
    for (const pod of pods) {
      assert.ok(!former.includes(pod.metadata.uid), `${pod.metadata.name} was replaced`);
      assert.ok(container(pod, "istio-proxy").args?.includes("--proxyLogLevel=debug"));
    }
  });

  test("once more is nothing to do; what no pod of a namespace that opts in by pod can have is put back", async () => {
    const again = succeeded(await pulumi.preview(stack(plan)));
    assert.deepEqual([...new Set(Object.values(operations(again)))], ["same"]);
    await mesh.api.request({
      method: "POST",
      path: "/api/v1/namespaces/optin/limitranges",
      body: { metadata: { name: "caps" }, spec: { limits: [{ type: "Container", max: { cpu: "2" } }] } },
    });
    const impossible = { ...plan, global: { ...plan.global, proxyResources: { limits: { cpu: 3 } } } };
    const { ok, stdoutText } = await pulumi.up(stack(impossible));
    assert.equal(ok, false);
    assert.match(stdoutText, /optin.*maximum cpu usage per Container is 2/s);
    assert.equal(layersOf(await mesh.injector())["*"]?.settings["proxyResources.limits.cpu"], "1500m");
    assert.equal(await cpu("optin", "api"), "1500m");
  });

  /** The fewest ready pods that an app had while this went on. */
  const fewestReady = async (
    namespace: string,
    app: string,
    work: () => Promise<unknown>,
  ): Promise<number> => {
    let [fewest, isDone] = [Number.POSITIVE_INFINITY, false];
    const watching = (async () => {
      while (!isDone) {
        const ready = (await mesh.pods(namespace, app)).filter(isReady).length;
        fewest = Math.min(fewest, ready);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    await work().finally(() => {
      isDone = true;
    });
    await watching;
    return fewest;
  };
});

describe("a mesh that injects where no label says otherwise", () => {
  let mesh: Mesh;
  const cpu = async (namespace: string, app: string) => {
    const { spec } = await mesh.pod(namespace, app);
    return allContainers(spec).find(({ name }) => name === "istio-proxy")?.resources?.limits?.cpu;
  };

  before(async () => {
    mesh = await Mesh.start({
      istioValues: ["values.sidecarInjectorWebhook.enableNamespacesByDefault=true"],
    });
    await mesh.namespace("plain", {});
    await mesh.namespace("off", { "istio-injection": "disabled" });
    await mesh.deployment("plain", "in");
    await mesh.deployment("plain", "out-by-label", { labels: { [inject]: "false" } });
    await mesh.deployment("plain", "out-by-annotation", { annotations: { [inject]: "false" } });
    await mesh.deployment("off", "api");
  });
  after(() => mesh?.stop());

  test("global settings reach a namespace without labels, and none of the pods and namespaces that opted out", async () => {
    const plan: Plan = { global: { proxyResources: { limits: { cpu: 1.5 } } } };
    const { stdoutText } = succeeded(await pulumi.up(mesh.stack("default", plan)));
    assert.match(stdoutText, /\[plain\] 1\/1 restarted Deployment\/in \(1 pod/);
    const seen = [
      await cpu("plain", "in"),
      await cpu("plain", "out-by-label"),
      await cpu("plain", "out-by-annotation"),
      await cpu("off", "api"),
    ];
    assert.deepEqual(seen, ["1500m", undefined, undefined, undefined]);
    for (const app of ["out-by-label", "out-by-annotation"])
      assert.equal((await mesh.workload("plain", app)).metadata.generation, 1);
  });
});
