import { execFileSync } from "node:child_process";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type MeshSettings, SidecarMesh } from "pulumi-istio-sidecar";

interface Rendered {
  items: { kind: string; metadata: { name: string }; data: Record<string, string> }[];
}

const config = new pulumi.Config();
const settings = JSON.parse(config.require("settings")) as MeshSettings;
const chart = config.require("chart");
const values = SidecarMesh.helmValues("mesh", settings, { global: { logAsJson: true } }, { chart });

// Helm's own rendering; of the chart's objects, the one that is this test's matter
const rendered = JSON.parse(
  execFileSync(config.require("helm"), ["helm-template"], {
    input: JSON.stringify(values),
    encoding: "utf8",
  }),
) as Rendered;
const found = rendered.items.find(
  ({ kind, metadata }) => kind === "ConfigMap" && metadata.name === "istio-sidecar-injector",
);
if (!found) throw new Error("the chart has no ConfigMap istio-sidecar-injector");

const istiod = new kubernetes.core.v1.ConfigMap("istiod", { metadata: found.metadata, data: found.data });
new SidecarMesh("mesh", settings, { dependsOn: istiod });
