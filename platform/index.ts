import { resolve } from "node:path";
import { Config } from "@pulumi/pulumi";
import { readSettingsFile, SidecarMesh } from "pulumi-istio-sidecar";

const file = new Config().get("file") ?? "settings.yaml";
new SidecarMesh("mesh", readSettingsFile(resolve(__dirname, "..", file), file));
