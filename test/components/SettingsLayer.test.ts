import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { NamespaceSidecarSettings } from "pulumi-istio-sidecar";
import { providerText, recordedResources } from "./recordedResources";

/** sha256 of each provider's text. A new one is a diff in every resource of every user: change it knowingly. */
const digests = {
  layer: "47142b847bee132968b2fc8b137e6a351661eb71c1e453ee51539c0c3d625d57",
  rollout: "61aa0c0cb1da5695ec62113fc4f17b9da3cc379be981a09c923d9e24ed7ac5d5",
  published: "fc8cba54971e40b05a3a68ce08285c99a1ed77bdd0fd6fe6a7d99795c2a9fca8",
} as const;

describe("what Pulumi keeps of the dynamic providers in users' state", () => {
  for (const [role, digest] of Object.entries(digests)) {
    it(`${role}: names the package and nothing else`, async () => {
      const recorded = await recordedResources(
        () => new NamespaceSidecarSettings("shop", { namespace: "shop" }),
      );
      const text = providerText(recorded, `shop-${role}`);
      const required = [...text.matchAll(/require\((.*?)\)/g)].map(([, name]) => name);
      assert.deepEqual([...new Set(required)], ['"pulumi-istio-sidecar/dynamic"']);
      assert.equal(required.length, 7);
      assert.doesNotMatch(text, /\/(home|root|tmp|work|Users)\//);
      assert.ok(Buffer.byteLength(text) < 3000, `${Buffer.byteLength(text)} bytes`);
    });

    it(`${role}: is the same text in every program`, async () => {
      const recorded = await recordedResources(() => {
        const cart = { dnsProxy: true, cluster: { context: "prod" } } as const;
        new NamespaceSidecarSettings("cart", { namespace: "cart", ...cart });
        new NamespaceSidecarSettings("shop", { namespace: "shop", rollout: { maxConcurrent: 1 } });
      });
      const text = providerText(recorded, `shop-${role}`);
      assert.equal(providerText(recorded, `cart-${role}`), text);
      assert.equal(createHash("sha256").update(text).digest("hex"), digest);
    });
  }
});
