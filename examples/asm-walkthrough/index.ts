import * as pulumi from "@pulumi/pulumi";
import { GlobalSidecarSettings, NamespaceSidecarSettings } from "pulumi-istio-sidecar";
import { settingsAfter } from "./steps";

const step = new pulumi.Config().getNumber("step") ?? 0;

// what no namespace may capture
new GlobalSidecarSettings("mesh", {
  alwaysExclude: { outboundIPRanges: ["192.168.0.1/32"], inboundPorts: [15081, 9191] },
});

new NamespaceSidecarSettings("shop", { namespace: "shop", ...settingsAfter(step) });
