import * as pulumi from "@pulumi/pulumi";
import {
  NamespaceSidecarSettings,
  SidecarMesh,
  type SidecarSettings,
  WorkloadSidecarSettings,
  withSidecarSettings,
} from "pulumi-istio-sidecar";

/** As what an output of a resource or of another stack is made of. */
const late = pulumi.output(new Promise<true>((resolve) => setTimeout(() => resolve(true), 200)));

const wrong = { concurrency: "many" } as unknown as SidecarSettings;

const programs: Record<string, () => unknown> = {
  secret: () => {
    new NamespaceSidecarSettings("shop", {
      namespace: "shop",
      env: { TOKEN: late.apply(() => pulumi.secret("hunter2")) },
    });
    new WorkloadSidecarSettings("api", {
      namespace: "shop",
      selector: { matchLabels: { app: pulumi.secret("hunter2") } },
    });
  },
  mesh: () => late.apply(() => new SidecarMesh("mesh", { namespaces: { shop: wrong } })),
  key: () =>
    late.apply(() => new NamespaceSidecarSettings("shop", { namespace: "shop", ...{ dnsProxi: true } })),
  missing: () =>
    new NamespaceSidecarSettings("shop", {
      namespace: late.apply(() => undefined as unknown as string),
      dnsProxy: true,
    }),
  elsewhere: () => new NamespaceSidecarSettings("shop", { namespace: "shop", dnsProxy: true }),
  pod: () =>
    withSidecarSettings({ spec: { containers: [] } }, { logLevel: late.apply(() => "loud" as "info") }),
};

programs[new pulumi.Config().require("wrong")]?.();
