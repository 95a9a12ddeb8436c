import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { secretArguments } from "../../provider/components/withoutSecrets";

const secret = pulumi.secret("hunter2");

describe("a secret among a component's arguments is found", () => {
  const places: Record<string, [at: string, args: pulumi.Inputs]> = {
    "as a value": ["namespace", { namespace: secret }],
    "in a list": ["capture.excludeInboundPorts.1", { capture: { excludeInboundPorts: [7015, secret] } }],
    "in what an Output has": ["env", { env: pulumi.output(1).apply(() => ({ TOKEN: secret })) }],
    "in what a promise brings": ["env", { env: Promise.resolve({ TOKEN: secret }) }],
    "as what a promise brings": ["env.TOKEN", { env: { TOKEN: Promise.resolve(secret) } }],
  };
  for (const [place, [at, args]] of Object.entries(places))
    it(place, async () => {
      const why = await secretArguments({ ...args, dnsProxy: true });
      assert.match(why ?? "accepted", new RegExp(`^${at}: expected a plain value, got a secret`));
    });

  it("and Outputs and promises without one are not taken for it", async () => {
    const env = pulumi.output(1).apply(() => ({ TOKEN: pulumi.unsecret(secret) }));
    assert.equal(await secretArguments({ env, namespace: Promise.resolve("shop") }), undefined);
  });
});
