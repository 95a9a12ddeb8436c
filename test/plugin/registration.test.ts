import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { GlobalSidecarSettings } from "../../provider/components/GlobalSidecarSettings";
import { NamespaceSidecarSettings } from "../../provider/components/NamespaceSidecarSettings";
import { registerAsPlugin } from "../../provider/components/ProvidedResource";
import { SidecarMesh } from "../../provider/components/SidecarMesh";
import { WorkloadSidecarSettings } from "../../provider/components/WorkloadSidecarSettings";
import { type Recorded, recordedResources } from "../components/recordedResources";

/** What programs write, in both ways of carrying it out. */
const programs: Readonly<Record<string, () => unknown>> = {
  "global settings": () => new GlobalSidecarSettings("mesh", { dnsProxy: true, injectorTimeout: "20s" }),
  "a namespace's, with outputs below them": () =>
    new NamespaceSidecarSettings("shop", {
      namespace: pulumi.output("shop"),
      proxyResources: { limits: { cpu: pulumi.output(2) } },
      rollout: { maxConcurrent: 1 },
      cluster: { kubeconfig: pulumi.secret("k") },
    }),
  "a namespace's, not published": () =>
    new NamespaceSidecarSettings("shop", { namespace: "shop", publish: false, injector: { revision: "x" } }),
  "a workload's": () =>
    new WorkloadSidecarSettings("api", { namespace: "shop", selector: { matchLabels: { a: "b" } } }),
  "a mesh's": () =>
    new SidecarMesh("mesh", {
      global: { dnsProxy: true },
      namespaces: { shop: {}, cart: {} },
      waves: [["cart"]],
    }),
};

const ofDynamicProviders = "pulumi-nodejs:dynamic/istio-sidecar:";
const ofPlugin = "istio-sidecar:index:";

describe("the resources of a component", () => {
  const dynamic = new Map<string, readonly Recorded[]>();
  // in its turn: unit tests share a process, and in it Pulumi's mocks
  before(async () => {
    for (const [name, program] of Object.entries(programs))
      dynamic.set(name, await recordedResources(program));
    registerAsPlugin();
  });

  for (const [name, program] of Object.entries(programs)) {
    it(`${name}: in the plugin are those of a TypeScript program, by the plugin's types`, async () => {
      const inProgram = dynamic.get(name) ?? [];
      const inPlugin = await recordedResources(program);
      assert.ok(inProgram.some(({ inputs }) => "__provider" in inputs));
      assert.deepEqual(byName(inPlugin), byName(inProgram.map(asPlugin)));
    });
  }
});

function asPlugin({ name, lineage, inputs: { __provider, ...inputs } }: Recorded): Recorded {
  return { name, lineage: lineage.replaceAll(ofDynamicProviders, ofPlugin), inputs };
}

function byName(recorded: readonly Recorded[]): Recorded[] {
  return [...recorded].sort((a, b) => (a.name < b.name ? -1 : 1));
}
