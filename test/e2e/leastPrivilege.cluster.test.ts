import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { parseAllDocuments } from "yaml";
import { connect } from "../../provider/cluster/connect";
import { compose } from "../../provider/configMap/compose";
import { layersOf } from "../../provider/configMap/layersOf";
import { digest } from "../../provider/data/canonicalJson";
import { readInjector, writeInjector } from "../../provider/injector/Injector";
import { pulumi } from "../pulumi/pulumi";
import { ArgoRollouts } from "./ArgoRollouts";
import { container, Mesh, type Plan, succeeded } from "./Mesh";
import { ranCommand } from "./ranCommand";

interface Role {
  kind: "Role" | "ClusterRole";
  metadata: { name: string; namespace?: string };
  rules: { apiGroups: string[]; resources: string[]; resourceNames?: string[]; verbs: string[] }[];
}

interface Binding {
  kind: "RoleBinding" | "ClusterRoleBinding";
  metadata: { name: string; namespace?: string };
  roleRef: { kind: string; name: string };
  subjects: { kind: string; name: string }[];
}

/** One right less than the file gives. */
interface Missing {
  verb: string;
  resource: string;
  /** Where the API server says it is missing. */
  where: RegExp;
}

const inShop = /in the namespace "shop"/;
const inIstio = /in the namespace "istio-system"/;
const missing: Missing[] = [
  { verb: "get", resource: "configmaps", where: inIstio },
  { verb: "update", resource: "configmaps", where: inIstio },
  { verb: "list", resource: "pods", where: inShop },
  { verb: "create", resource: "pods", where: inShop },
  { verb: "list", resource: "deployments", where: inShop },
  { verb: "get", resource: "deployments", where: inShop },
  { verb: "patch", resource: "deployments", where: inShop },
  { verb: "get", resource: "namespaces", where: inShop },
  { verb: "patch", resource: "configmaps", where: inShop },
  { verb: "create", resource: "configmaps", where: inShop },
];

/** What an option needs on top; by `without` it is seen that it does. */
interface OptionRole {
  role: string;
  rollout: object;
  verb: string;
  resource: string;
  workload: string;
}

const optionRoles: OptionRole[] = [
  {
    role: "sidecar-settings-option-evict",
    rollout: { strategy: "evict" },
    verb: "create",
    resource: "pods/eviction",
    workload: "Deployment/api",
  },
  {
    role: "sidecar-settings-option-delete-bare-pods",
    rollout: { deleteBarePods: true },
    verb: "delete",
    resource: "pods",
    workload: "Pod/debug",
  },
  ...["get", "patch"].map((verb) => ({
    role: "sidecar-settings-option-argo-rollouts",
    rollout: {},
    verb,
    resource: "rollouts",
    workload: "Rollout/web",
  })),
];

const cpu = { proxyResources: { limits: { cpu: 3 } } };
const shopOnly: Plan = { namespaces: { shop: cpu } };

describe("with the rights of rbac.yaml", () => {
  let mesh: Mesh;
  let installed: string;
  let roles: Role[];
  let options: Role[];
  let bindings: Binding[];
  let argo: ArgoRollouts;
  const stacks = new Set<string>();
  const stack = (name: string, plan: Plan, kubeconfig = mesh.cluster.kubeconfig) => {
    stacks.add(name);
    return mesh.stack(name, plan, {
      diff: true,
      env: { KUBECONFIG: kubeconfig, PULUMI_NODEJS_TRANSPILE_ONLY: "true" },
    });
  };

  before(async () => {
    mesh = await Mesh.start();
    installed = digest(await mesh.injector());
    const file = await readFile(join(__dirname, "../../provider/rbac.yaml"), "utf8");
    const objects = parseAllDocuments(file).map((document) => document.toJS() as Role | Binding);
    const all = objects.filter((one) => "rules" in one);
    bindings = objects.filter((one) => "roleRef" in one);
    const isOption = ({ metadata }: Role) => metadata.name.includes("-option-");
    roles = all.filter((role) => !isOption(role));
    options = all.filter(isOption);
    argo = await ArgoRollouts.install(mesh);
    for (const namespace of ["shop", "cart"]) {
      await mesh.namespace(namespace);
      await mesh.deployment(namespace, "api");
    }
  });
  after(async () => {
    await argo?.stop();
    await mesh?.stop();
  });
  afterEach(async () => {
    for (const name of stacks) succeeded(await pulumi.destroy(stack(name, {})));
    stacks.clear();
    assert.equal(digest(await mesh.injector()), installed);
  });

  /** A user who has the given roles and nothing else; ClusterRoles only in `namespace`, where that is given. */
  const userWith = async (user: string, given: readonly Role[], namespace?: string): Promise<string> => {
    const rbac = (kind: string, where?: string) =>
      `/apis/rbac.authorization.k8s.io/v1/${where ? `namespaces/${where}/` : ""}${kind.toLowerCase()}s`;
    const create = (path: string, body: object) => mesh.api.request({ method: "POST", path, body });
    for (const role of given) {
      const name = `${role.metadata.name}-${user}`;
      await create(rbac(role.kind, role.metadata.namespace), {
        ...role,
        metadata: { ...role.metadata, name },
      });
      const where = role.metadata.namespace ?? namespace;
      await create(rbac(where ? "RoleBinding" : "ClusterRoleBinding", where), {
        metadata: { name },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: role.kind, name },
        subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: user }],
      });
    }
    const kubeconfig = await mesh.cluster.kubeconfigAs(user);
    const api = await connect({ kubeconfig });
    const review = { kind: "SelfSubjectAccessReview", apiVersion: "authorization.k8s.io/v1" };
    const attributes = { verb: "get", resource: "daemonsets", group: "apps", namespace: namespace ?? "shop" };
    await mesh.eventually(`${user} has the roles`, async () => {
      const answer = await api.request<{ status: { allowed: boolean } }>({
        method: "POST",
        path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
        body: { ...review, spec: { resourceAttributes: attributes } },
      });
      return answer.status.allowed;
    });
    return kubeconfig;
  };
  const bare = (namespace: string) =>
    mesh.api.request({
      method: "POST",
      path: `/api/v1/namespaces/${namespace}/pods`,
      body: { metadata: { name: "debug" }, spec: { containers: [{ name: "app", image: "app:1" }] } },
    });
  const limit = async (namespace: string) =>
    container(await mesh.pod(namespace, "api"), "istio-proxy").resources?.limits?.cpu;

  test("a platform team previews, ups and destroys settings of every level", async () => {
    const plan: Plan = { global: { proxyResources: { limits: { cpu: 4 } } }, ...shopOnly };
    const kubeconfig = await userWith("platform", roles);
    const preview = succeeded(await pulumi.preview(stack("platform", plan, kubeconfig)));
    assert.match(
      preview.stdoutText,
      /proxyResources\.limits\.cpu 2 -> 4 *: \{[^}]*Deployment\/api *: "1 pod"/,
    );
    succeeded(await pulumi.up(stack("platform", plan, kubeconfig)));
    assert.deepEqual([await limit("shop"), await limit("cart")], ["3", "4"]);
    succeeded(await pulumi.destroy(stack("platform", plan, kubeconfig)));
    assert.deepEqual([await limit("shop"), await limit("cart")], ["2", "2"]);
  });

  test("a team with rights in its own namespace only previews, ups and destroys its settings", async () => {
    const kubeconfig = await userWith("team", roles, "shop");
    const preview = succeeded(await pulumi.preview(stack("team", shopOnly, kubeconfig)));
    assert.match(
      preview.stdoutText,
      /proxyResources\.limits\.cpu 2 -> 3 *: \{[^}]*Deployment\/api *: "1 pod"/,
    );
    succeeded(await pulumi.up(stack("team", shopOnly, kubeconfig)));
    assert.deepEqual([await limit("shop"), await limit("cart")], ["3", "2"]);
    succeeded(await pulumi.destroy(stack("team", shopOnly, kubeconfig)));
    assert.equal(await limit("shop"), "2");
  });

  test("whoever may update the ConfigMap for one namespace may for all, as docs/security.md says", async () => {
    const api = await connect({ kubeconfig: await userWith("other-team", roles, "shop") });
    const injector = { namespace: "istio-system" };
    const before = await readInjector(api, injector);
    const foreign = { cart: { owner: "another", settings: { "proxyResources.limits.cpu": "5" } } };
    const written = await writeInjector(api, injector, before, compose(before.data, foreign));
    assert.deepEqual(layersOf(written.data), foreign);
    await writeInjector(api, injector, written, before.data);
    // of cart itself they see nothing
    await assert.rejects(
      api.request({ method: "GET", path: "/api/v1/namespaces/cart/pods" }),
      /cannot list resource "pods".*in the namespace "cart"/,
    );
  });

  test("a preview needs the two preview roles only, and up then fails before anything has changed", async () => {
    const previewRoles = roles.filter(({ metadata }) => metadata.name.endsWith("-preview"));
    const kubeconfig = await userWith("reviewer", previewRoles);
    const preview = succeeded(await pulumi.preview(stack("reviewer", shopOnly, kubeconfig)));
    assert.match(
      preview.stdoutText,
      /proxyResources\.limits\.cpu 2 -> 3 *: \{[^}]*Deployment\/api *: "1 pod"/,
    );
    const up = await pulumi.up(stack("reviewer", shopOnly, kubeconfig));
    assert.equal(up.ok, false);
    assert.match(up.stdoutText, /cannot update resource "configmaps".*in the namespace "istio-system"/);
    assert.equal(digest(await mesh.injector()), installed);
  });

  test("explain of a running pod needs Kubernetes' own ClusterRole view as well, as docs/rights.md says", async () => {
    const user = "developer";
    const kubeconfig = await userWith(
      user,
      roles.filter(({ metadata }) => metadata.name.endsWith("-preview")),
    );
    const { metadata } = await mesh.pod("shop", "api");
    const explained = () =>
      ranCommand({ cluster: { kubeconfig } }, "explain", `pod/${metadata.name}`, "-n", "shop", "--all");
    await assert.rejects(explained(), /cannot get resource "pods".*in the namespace "shop"/);
    await mesh.api.request({
      method: "POST",
      path: "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
      body: {
        metadata: { name: `view-${user}` },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
        subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: user }],
      },
    });
    const api = await connect({ kubeconfig });
    await mesh.eventually(`${user} may view`, async () => {
      await api.request({ method: "GET", path: "/apis/apps/v1/namespaces/shop/replicasets" });
      return true;
    });
    assert.match(await explained(), /^proxyResources\.limits\.cpu +2 /m);
  });

  test("rbac.yaml unchanged gives its two groups what it says, and nobody else anything", async () => {
    const rbac = ({ kind, metadata: { namespace } }: Role | Binding) =>
      `/apis/rbac.authorization.k8s.io/v1/${namespace ? `namespaces/${namespace}/` : ""}${kind.toLowerCase()}s`;
    for (const one of [...roles, ...bindings])
      await mesh.api.request({ method: "POST", path: rbac(one), body: one });
    const may = async (group: string, resourceAttributes: object) => {
      const { status } = await mesh.api.request<{ status: { allowed: boolean } }>({
        method: "POST",
        path: "/apis/authorization.k8s.io/v1/subjectaccessreviews",
        body: {
          apiVersion: "authorization.k8s.io/v1",
          kind: "SubjectAccessReview",
          spec: { user: "ann", groups: [group], resourceAttributes },
        },
      });
      return status.allowed;
    };
    const injector = {
      resource: "configmaps",
      namespace: "istio-system",
      name: "istio-sidecar-injector",
    };
    const read = { ...injector, verb: "get" };
    const write = { ...injector, verb: "update" };
    const restart = { verb: "patch", group: "apps", resource: "deployments", namespace: "cart" };
    await mesh.eventually("the bindings are there", () => may("sidecar-settings-up", write));
    for (const [group, wanted] of [
      ["sidecar-settings-up", [true, true, true]],
      ["sidecar-settings-preview", [true, false, false]],
      ["others", [false, false, false]],
    ] as const)
      assert.deepEqual(
        [await may(group, read), await may(group, write), await may(group, restart)],
        wanted,
        group,
      );
    const bound = new Set(bindings.map(({ roleRef }) => `${roleRef.kind} ${roleRef.name}`));
    assert.deepEqual([...bound].sort(), roles.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort());
  });

  const without = (given: readonly Role[], verb: string, resource: string): Role[] =>
    given.map((role) => ({
      ...role,
      rules: role.rules
        .flatMap((rule) => [
          { ...rule, resources: rule.resources.filter((one) => one !== resource) },
          { ...rule, verbs: rule.verbs.filter((one) => one !== verb) },
        ])
        .filter(({ resources, verbs }) => resources.length > 0 && verbs.length > 0),
    }));

  for (const { verb, resource, where } of missing) {
    test(`without ${verb} on ${resource}, up fails and says so`, async () => {
      const user = `no-${verb}-${resource}`;
      const kubeconfig = await userWith(user, without(roles, verb, resource), "shop");
      const up = await pulumi.up(stack(user, shopOnly, kubeconfig));
      assert.equal(up.ok, false, up.stdoutText);
      const [sentence] = up.stdoutText.match(new RegExp(`cannot ${verb} resource "${resource}".*`)) ?? [];
      assert.match(sentence ?? up.stdoutText, where);
    });
  }

  for (const { role, rollout, verb, resource, workload } of optionRoles) {
    test(`${role}: ${workload} restarts with it, and without ${verb} on ${resource} up fails and says so`, async () => {
      const namespace = `${verb}-${resource.replace("/", "-")}`;
      await mesh.namespace(namespace);
      if (workload.startsWith("Rollout/")) await argo.create(namespace, "web", 1);
      else await mesh.deployment(namespace, "api");
      if (workload.startsWith("Pod/")) await bare(namespace);
      const plan: Plan = { namespaces: { [namespace]: { ...cpu, rollout } } };
      const option = options.filter(({ metadata }) => metadata.name === role);
      const less = await userWith(
        `less-${namespace}`,
        [...roles, ...without(option, verb, resource)],
        namespace,
      );
      const up = await pulumi.up(stack(namespace, plan, less));
      assert.equal(up.ok, false, up.stdoutText);
      const [sentence] = up.stdoutText.match(new RegExp(`${workload}: .*cannot ${verb} resource.*`)) ?? [];
      assert.match(sentence ?? up.stdoutText, new RegExp(`"${resource}".*in the namespace "${namespace}"`));
      const enough = await userWith(`enough-${namespace}`, [...roles, ...option], namespace);
      succeeded(await pulumi.up(stack(namespace, plan, enough)));
      const left = (await mesh.pods(namespace)).map(
        (pod) => container(pod, "istio-proxy").resources?.limits?.cpu,
      );
      assert.deepEqual(left, ["3"], "what was left is done");
    });
  }

  test("without list on rollouts their pods are unmanaged, and named", async () => {
    const namespace = "list-rollouts";
    await mesh.namespace(namespace);
    await argo.create(namespace, "web", 1);
    const plan: Plan = { namespaces: { [namespace]: cpu } };
    const up = succeeded(
      await pulumi.up(stack(namespace, plan, await userWith("no-argo", roles, namespace))),
    );
    assert.match(
      up.stdoutText,
      /\[list-rollouts\] Rollout\/web is unmanaged: 1 pod with earlier settings; its Rollout is not there, or may not be listed/,
    );
  });

  test("without list on namespaces, global settings fail and say so", async () => {
    const less = roles.map((role) => ({
      ...role,
      rules: role.rules.filter(({ resources }) => !resources.includes("namespaces")),
    }));
    const global: Plan = { global: { dnsProxy: true } };
    const up = await pulumi.up(stack("no-namespaces", global, await userWith("no-namespaces", less)));
    assert.equal(up.ok, false);
    assert.match(up.stdoutText, /cannot list resource "namespaces".*at the cluster scope/);
    assert.equal(digest(await mesh.injector()), installed);
  });
});
