import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type {
  PolicyResource,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationArgs,
  StackValidationPolicy,
} from "@pulumi/policy";
import { unknownCheckingProxy } from "@pulumi/policy";
import { captureSomething } from "../../examples/policy/captureSomething";
import { drainWithinGracePeriod } from "../../examples/policy/drainWithinGracePeriod";
import { limitsRequired } from "../../examples/policy/limitsRequired";
import { settingsLayerTypes } from "../../examples/policy/settingsLayer";
import { unknownMarker } from "../../provider/data/unknown";
import { parseSettings } from "../../provider/settings/parseSettings";
import { asProperties } from "../../provider/settings/settingsInputs";

const [inTypeScript = "", elsewhere] = settingsLayerTypes;

/** A level's settings as the provider's check leaves them, which is what a policy sees. */
function layer(
  namespace: string | undefined,
  settings: object,
  { type = inTypeScript, workload }: { type?: string | undefined; workload?: string } = {},
): PolicyResource {
  const read = parseSettings(settings);
  assert.deepEqual(read.problems, []);
  return resource(type, {
    ...(namespace === undefined ? {} : { namespace }),
    ...(workload === undefined ? {} : { workload }),
    ...asProperties(read.value),
  });
}

function resource(type: string, props: Record<string, unknown>): PolicyResource {
  return { type, props, urn: `urn:${type}`, name: "x", opts: {} } as unknown as PolicyResource;
}

function ofStack(policy: StackValidationPolicy, resources: PolicyResource[], config: object = {}): string[] {
  const said: string[] = [];
  const args = { resources, getConfig: () => config } as unknown as StackValidationArgs;
  void policy.validateStack(args, (message) => said.push(message));
  return said;
}

function ofResource({ validateResource }: ResourceValidationPolicy, one: PolicyResource): string[] {
  const said: string[] = [];
  const rules = Array.isArray(validateResource) ? validateResource : [validateResource];
  for (const rule of rules)
    void rule?.(one as unknown as ResourceValidationArgs, (message) => said.push(message));
  return said;
}

describe("limits-required", () => {
  const limits = { proxyResources: { limits: { cpu: "2 cores", memory: "1Gi" } } };

  it("takes limits of the namespace, and those of the global settings", () => {
    assert.deepEqual(ofStack(limitsRequired, [layer("shop", limits)]), []);
    assert.deepEqual(
      ofStack(limitsRequired, [layer(undefined, limits), layer("shop", { dnsProxy: true })]),
      [],
    );
  });

  it("takes for a workload what its namespace has", () => {
    const checkout = layer("shop", { concurrency: 4 }, { workload: "checkout" });
    assert.deepEqual(ofStack(limitsRequired, [layer("shop", limits), checkout]), []);
    assert.deepEqual(ofStack(limitsRequired, [layer("cart", limits), checkout]), [
      "workload shop/checkout: no limit of cpu and memory: set proxyResources.limits, here or at a weaker level",
    ]);
    const own = layer("shop", limits, { workload: "checkout" });
    assert.equal(ofStack(limitsRequired, [layer("shop", {}), own]).length, 1, "which others don't have");
  });

  it("looks at programs in every language", () => {
    assert.equal(ofStack(limitsRequired, [layer("shop", {}, { type: elsewhere })]).length, 1);
  });

  it("names the namespace and what is missing", () => {
    assert.deepEqual(ofStack(limitsRequired, [layer("shop", { proxyResources: { limits: { cpu: 1 } } })]), [
      "namespace shop: no limit of memory: set proxyResources.limits, here or at a weaker level",
    ]);
    assert.deepEqual(ofStack(limitsRequired, [resource("kubernetes:core/v1:ConfigMap", {})]), []);
  });
});

describe("capture-something", () => {
  for (const settings of [
    { capture: { excludeOutboundIPRanges: ["10.0.0.0/8", "0.0.0.0/0"] } },
    { capture: { excludeOutboundIPRanges: "::/0" } },
    { capture: { includeOutboundIPRanges: [] } },
    { capture: { includeInboundPorts: "" } },
    { alwaysExclude: { outboundIPRanges: "0.0.0.0/0" } },
  ]) {
    it(`refuses ${JSON.stringify(settings)}`, () => {
      const [message, ...more] = ofResource(captureSomething, layer("shop", settings));
      assert.match(message ?? "", /^namespace shop: (capture|alwaysExclude)\./);
      assert.deepEqual(more, []);
    });
  }

  it("looks at programs in every language", () => {
    const nothing = layer("shop", { capture: { includeInboundPorts: "" } }, { type: elsewhere });
    assert.equal(ofResource(captureSomething, nothing).length, 1);
  });

  it("leaves other lists alone, and other resources", () => {
    const settings = {
      capture: { includeOutboundIPRanges: "*", excludeOutboundIPRanges: [], excludeInboundPorts: "80" },
    };
    assert.deepEqual(ofResource(captureSomething, layer("shop", settings)), []);
    assert.deepEqual(
      ofResource(captureSomething, resource("a:b:C", { capture: { includeInboundPorts: "" } })),
      [],
    );
  });
});

describe("drain-within-grace-period", () => {
  const drains = (seconds: string) => layer("shop", { terminationDrainDuration: seconds });
  const deployment = (namespace: string, terminationGracePeriodSeconds: number) =>
    resource("kubernetes:apps/v1:Deployment", {
      metadata: { name: "api", namespace },
      spec: { template: { spec: { terminationGracePeriodSeconds } } },
    });

  it("compares with Kubernetes' default, the configuration, and the workloads of the stack", () => {
    assert.deepEqual(ofStack(drainWithinGracePeriod, [drains("29s")]), []);
    assert.match(
      ofStack(drainWithinGracePeriod, [drains("30s")])[0] ?? "",
      /^namespace shop: terminationDrainDuration 30s, and a pod has 30s/,
    );
    assert.deepEqual(ofStack(drainWithinGracePeriod, [drains("45s")], { gracePeriodSeconds: 60 }), []);
    assert.equal(ofStack(drainWithinGracePeriod, [drains("15s"), deployment("shop", 10)]).length, 1);
    assert.deepEqual(ofStack(drainWithinGracePeriod, [drains("15s"), deployment("cart", 10)]), []);
    const inPython = layer("shop", { terminationDrainDuration: "30s" }, { type: elsewhere });
    assert.equal(ofStack(drainWithinGracePeriod, [inPython]).length, 1);
  });
});

describe("each rule", () => {
  it("waits for the update with what a preview does not know", () => {
    const unknown = resource(
      inTypeScript,
      unknownCheckingProxy({
        namespace: "shop",
        proxyResources: unknownMarker,
        capture: unknownMarker,
        terminationDrainDuration: unknownMarker,
      }) as Record<string, unknown>,
    );
    assert.deepEqual(ofStack(limitsRequired, [unknown]), []);
    assert.deepEqual(ofResource(captureSomething, unknown), []);
    assert.deepEqual(ofStack(drainWithinGracePeriod, [unknown]), []);
  });
});
