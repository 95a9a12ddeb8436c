import * as pulumi from "@pulumi/pulumi";
import { GlobalSidecarSettings, NamespaceSidecarSettings } from "pulumi-istio-sidecar";
import { settingsAfter } from "./steps";

const config = new pulumi.Config();
const step = config.getNumber("step") ?? 0;

// what no namespace may capture; in a mesh with workloads of its own this restarts all of them
if (config.getBoolean("global") ?? true)
  new GlobalSidecarSettings("mesh", {
    alwaysExclude: { outboundIPRanges: ["192.168.0.1/32"], inboundPorts: [15081, 9191] },
  });

new NamespaceSidecarSettings("shop", { namespace: "shop", ...settingsAfter(step) });
