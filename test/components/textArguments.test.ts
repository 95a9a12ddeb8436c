import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  GlobalSidecarSettings,
  NamespaceSidecarSettings,
  SidecarMesh,
  WorkloadSidecarSettings,
} from "pulumi-istio-sidecar";

/** Held by the compiler: text from configuration and from other resources is an argument. */
export function textFromElsewhere(): void {
  const config = new pulumi.Config();
  const configMap = kubernetes.core.v1.ConfigMap.get("amounts", "shop/amounts");
  new NamespaceSidecarSettings("shop", {
    namespace: config.require("namespace"),
    proxyResources: {
      limits: { cpu: config.require("cpu"), memory: configMap.data.apply((data) => data.memory ?? "") },
      requests: configMap.data.apply((data) => ({ cpu: data.cpu ?? "", memory: data.memory ?? "" })),
    },
    logLevel: config.require("logLevel"),
    interceptionMode: configMap.data.apply((data) => data.mode ?? ""),
    imageType: config.require("imageType"),
    imagePullPolicy: config.require("pullPolicy"),
    concurrency: config.require("concurrency"),
    tracing: { sampling: config.require("sampling") },
    readinessProbe: { periodSeconds: config.require("period") },
    injectorTimeout: config.require("injectorTimeout"),
  });
  new SidecarMesh("mesh", { global: { proxyResources: { limits: { cpu: config.require("cpu") } } } });
}

describe("a component refuses what would have no effect:", () => {
  const namespace = "shop";
  const rows: [string, () => unknown, RegExp][] = [
    [
      "a setting",
      () => new NamespaceSidecarSettings("shop", { namespace, ...{ proxyResource: {} } }),
      /^shop: .*"proxyResource".*did you mean proxyResources\?/,
    ],
    [
      "an option",
      () => new GlobalSidecarSettings("mesh", { concurrency: 1, ...{ rolout: {} } }),
      /^mesh: .*"rolout".*did you mean rollout\?/,
    ],
    [
      "one of another component",
      () =>
        new WorkloadSidecarSettings("api", {
          namespace,
          selector: { matchLabels: { app: "api" } },
          ...{ publish: true },
        }),
      /^api: .*"publish"/,
    ],
    [
      "publish as text",
      () => new NamespaceSidecarSettings("shop", { namespace, publish: "false" as unknown as boolean }),
      /^shop: ✖ publish: expected true or false, got "false"/,
    ],
    [
      "publish as an output",
      () =>
        new NamespaceSidecarSettings("shop", {
          namespace,
          publish: pulumi.output(false) as unknown as boolean,
        }),
      /^shop: ✖ publish: expected true or false, got an output/,
    ],
  ];
  for (const [what, create, message] of rows) {
    it(what, async () => {
      await pulumi.runtime.setMocks({
        call: () => ({}),
        newResource: ({ name }) => ({ id: name, state: {} }),
      });
      assert.throws(
        create,
        (error: unknown) => pulumi.RunError.isInstance(error) && message.test(error.message),
      );
    });
  }
});
