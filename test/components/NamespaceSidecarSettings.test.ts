import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { NamespaceSidecarSettings, type NamespaceSidecarSettingsArgs } from "pulumi-istio-sidecar";
import { inputsOf, layerType, publishedType, recordedResources, rolloutType } from "./recordedResources";

const component = "istio-sidecar:index:NamespaceSidecarSettings";
const secretOf = (value: unknown) => ({
  [pulumi.runtime.specialSigKey]: pulumi.runtime.specialSecretSig,
  value,
});

function registered(args: NamespaceSidecarSettingsArgs, options?: pulumi.ComponentResourceOptions) {
  return recordedResources(() => new NamespaceSidecarSettings("shop", args, options));
}

describe("a namespace's settings", () => {
  it("are a layer, then its rollout, and what is published, all below the component", async () => {
    const recorded = await registered({ namespace: "shop" });
    assert.deepEqual(
      recorded.map(({ name, lineage }) => [name, lineage]),
      [
        ["shop", component],
        ["shop-layer", `${component}$${layerType}`],
        ["shop-rollout", `${component}$${rolloutType}`],
        ["shop-published", `${component}$${publishedType}`],
      ],
    );
  });

  it("reach the layer with its owner; the rollout has its options only", async () => {
    const settings = { proxyResources: { limits: { cpu: 2, memory: "1025 MiB" } }, dnsProxy: false } as const;
    const recorded = await registered({
      namespace: "shop",
      ...settings,
      injector: { revision: "canary" },
      cluster: { context: "prod" },
      rollout: { maxConcurrent: 1, onFailure: "continue" },
      injectorTimeout: "60s",
    });
    const target = { namespace: "shop", injector: { revision: "canary" }, cluster: { context: "prod" } };
    assert.deepEqual(inputsOf(recorded, "shop-layer"), {
      ...target,
      ...settings,
      owner: "acme/mesh/prod:shop",
      rollout: { maxConcurrent: 1, onFailure: "continue" },
      injectorTimeout: "60s",
    });
    assert.deepEqual(inputsOf(recorded, "shop-rollout"), {
      ...target,
      maxConcurrent: 1,
      onFailure: "continue",
    });
  });

  it("that say nothing are a layer without settings", async () => {
    const recorded = await registered({ namespace: "shop" });
    const target = { namespace: "shop", injector: {}, cluster: {} };
    assert.deepEqual(inputsOf(recorded, "shop-layer"), {
      ...target,
      owner: "acme/mesh/prod:shop",
      rollout: {},
    });
    assert.deepEqual(inputsOf(recorded, "shop-rollout"), target);
  });

  it("may hold outputs of other resources, at any depth", async () => {
    const recorded = await registered({
      namespace: pulumi.output("shop"),
      proxyResources: { limits: { cpu: pulumi.output("2" as const) } },
      capture: pulumi.output({ excludeInboundPorts: [7013] }),
    });
    const inputs = inputsOf(recorded, "shop-layer");
    assert.equal(inputs.namespace, "shop");
    assert.deepEqual(inputs.proxyResources, { limits: { cpu: "2" } });
    assert.deepEqual(inputs.capture, { excludeInboundPorts: [7013] });
  });

  it("have the defaults of arguments that turn out to be missing", async () => {
    const expected = await registered({ namespace: "shop" });
    for (const missing of [undefined, null]) {
      const output = pulumi.output(missing) as unknown as pulumi.Output<undefined>;
      const args = { cluster: output, rollout: output } as unknown as NamespaceSidecarSettingsArgs;
      const recorded = await registered({ ...args, namespace: "shop" });
      for (const name of ["shop-layer", "shop-rollout", "shop-published"]) {
        const { rollout: _, ...inputs } = inputsOf(recorded, name);
        const { rollout: __, ...others } = inputsOf(expected, name);
        assert.deepEqual(inputs, others, name);
      }
    }
  });

  it("of a namespace that turns out to be missing are not for all namespaces", async () => {
    const missing = pulumi.output(undefined) as unknown as pulumi.Output<string>;
    for (const namespace of [missing, undefined as unknown as string]) {
      const recorded = await registered({ namespace });
      for (const name of ["shop-layer", "shop-rollout", "shop-published"])
        assert.equal(inputsOf(recorded, name).namespace, null, name);
    }
  });
});

describe("the published ConfigMap", () => {
  it("is told where, and nothing of the settings: it reads them where the injector does", async () => {
    const args = { dnsProxy: true, injector: { revision: "canary" }, cluster: { context: "prod" } } as const;
    const recorded = await registered({ namespace: "shop", ...args });
    const { dnsProxy: _, ...place } = args;
    assert.deepEqual(inputsOf(recorded, "shop-published"), {
      namespace: "shop",
      ...place,
      owner: "acme/mesh/prod:shop",
    });
  });

  it("is left out with publish: false, and there with true", async () => {
    for (const [publish, there] of [
      [false, false],
      [true, true],
    ] as const) {
      const recorded = await registered({ namespace: "shop", publish });
      assert.equal(
        recorded.some(({ name }) => name === "shop-published"),
        there,
      );
    }
  });
});

describe("the cluster", () => {
  it("is that of a Kubernetes provider given to the component, its kubeconfig a secret", async () => {
    const recorded = await recordedResources(() => {
      const provider = new kubernetes.Provider("prod", { kubeconfig: "a kubeconfig", context: "prod" });
      return new NamespaceSidecarSettings("shop", { namespace: "shop" }, { providers: [provider] });
    });
    const cluster = secretOf({ kubeconfig: "a kubeconfig", context: "prod" });
    assert.deepEqual(inputsOf(recorded, "shop-layer").cluster, cluster);
    assert.deepEqual(inputsOf(recorded, "shop-rollout").cluster, cluster);
  });

  for (const preview of [true, false])
    it(`is a provider's context alone, without KUBECONFIG, ${preview ? "in a preview" : "in up"}`, async () => {
      const { KUBECONFIG } = process.env;
      delete process.env.KUBECONFIG;
      try {
        const recorded = await recordedResources(() => {
          const provider = new kubernetes.Provider("prod", { context: "prod" });
          return new NamespaceSidecarSettings("shop", { namespace: "shop" }, { provider });
        }, preview);
        assert.deepEqual(inputsOf(recorded, "shop-layer").cluster, { context: "prod" });
      } finally {
        if (KUBECONFIG !== undefined) process.env.KUBECONFIG = KUBECONFIG;
      }
    });

  it("is the one that the stack configures, so that another one moves the settings", async () => {
    pulumi.runtime.setAllConfig({ "kubernetes:context": "prod", "kubernetes:kubeconfig": "credentials" });
    const recorded = await registered({ namespace: "shop" }).finally(() => pulumi.runtime.setAllConfig({}));
    const cluster = secretOf({ kubeconfig: "credentials", context: "prod" });
    for (const name of ["shop-layer", "shop-rollout", "shop-published"])
      assert.deepEqual(inputsOf(recorded, name).cluster, cluster, name);
  });

  for (const [given, cluster] of [
    ["given with a kubeconfig", { kubeconfig: "credentials" }],
    ["given as a kubeconfig's text, which is refused,", "credentials" as unknown as object],
  ] as const)
    it(`${given} is a secret: no credentials stand in the state or in messages in plain text`, async () => {
      const recorded = await registered({ namespace: "shop", cluster });
      for (const name of ["shop", "shop-layer", "shop-rollout", "shop-published"]) {
        const registered = JSON.stringify(inputsOf(recorded, name).cluster);
        assert.ok(registered?.includes(pulumi.runtime.specialSecretSig), `${name}: ${registered}`);
      }
    });
});
