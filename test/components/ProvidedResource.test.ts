import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type * as pulumi from "@pulumi/pulumi";
import { NamespaceSidecarSettings } from "pulumi-istio-sidecar";
import { layer, published, rollout } from "pulumi-istio-sidecar/dynamic";
import { providerText, recordedResources } from "./recordedResources";

/** What users' state has, now and of all releases: another text is a diff in every resource, and what it names may never go. */
const texts = {
  layer: 'exports.handler = () => require("pulumi-istio-sidecar/dynamic").layer;',
  rollout: 'exports.handler = () => require("pulumi-istio-sidecar/dynamic").rollout;',
  published: 'exports.handler = () => require("pulumi-istio-sidecar/dynamic").published;',
} as const;

const providers = { layer, rollout, published };

describe("what Pulumi keeps of the dynamic providers in users' state", () => {
  for (const role of ["layer", "rollout", "published"] as const) {
    it(`${role}: is one line that names the package, the same in every program`, async () => {
      const recorded = await recordedResources(() => {
        const cart = { dnsProxy: true, cluster: { context: "prod" } } as const;
        new NamespaceSidecarSettings("cart", { namespace: "cart", ...cart });
        new NamespaceSidecarSettings("shop", { namespace: "shop", rollout: { maxConcurrent: 1 } });
      });
      for (const name of ["cart", "shop"])
        assert.equal(providerText(recorded, `${name}-${role}`), texts[role]);
    });

    it(`${role}: gives Pulumi each method that it calls`, () => {
      const methods = ["configure", "check", "diff", "create", "update", "read", "delete"] as const;
      assert.deepEqual(
        methods.filter((method) => typeof providers[role][method] !== "function"),
        [],
      );
    });
  }
});

describe("stack traces while a resource registers", () => {
  const fails: pulumi.ResourceTransformation = ({ type }) => {
    if (type.endsWith(":SettingsLayer")) throw new Error("by the program's transformation");
    return undefined;
  };

  it("name the line of a transformation that throws", async () => {
    const thrown = await recordedResources(() => {
      new NamespaceSidecarSettings("cart", { namespace: "cart" }, { transformations: [fails] });
    }).catch((error: unknown) => error);
    assert.match((thrown as Error).stack ?? "", /transformation\n +at fails .*ProvidedResource\.test\.ts/);
  });

  it("are as long as before afterwards, also after an error", async () => {
    const before = Error.stackTraceLimit;
    Error.stackTraceLimit = 17;
    const limits: number[] = [];
    await recordedResources(() => {
      new NamespaceSidecarSettings("cart", { namespace: "cart" });
      limits.push(Error.stackTraceLimit);
      assert.throws(
        () => new NamespaceSidecarSettings("shop", { namespace: "shop" }, { transformations: [fails] }),
      );
      limits.push(Error.stackTraceLimit);
    });
    Error.stackTraceLimit = before;
    assert.deepEqual(limits, [17, 17]);
  });
});
