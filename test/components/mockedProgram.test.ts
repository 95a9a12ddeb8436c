import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { NamespaceSidecarSettings } from "pulumi-istio-sidecar";

describe("a program's own unit tests", () => {
  const owners: unknown[] = [];
  before(() =>
    pulumi.runtime.setMocks(
      {
        call: () => ({}),
        newResource: ({ name, inputs }) => {
          if (name === "shop-layer") owners.push(inputs.owner);
          return { id: name, state: inputs };
        },
      },
      "mesh",
      "prod",
    ),
  );

  it("need no more of Pulumi's mocks than its guide says, so no organization", async () => {
    new NamespaceSidecarSettings("shop", { namespace: "shop", dnsProxy: true });
    await pulumi.runtime.disconnect();
    assert.deepEqual(owners, ["organization/mesh/prod:shop"]);
  });
});
