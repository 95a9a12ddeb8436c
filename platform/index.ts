import { resolve } from "node:path";
import { Config } from "@pulumi/pulumi";
import { SidecarMesh } from "pulumi-istio-sidecar";

const file = new Config().get("file") ?? "settings.yaml";
SidecarMesh.fromFile(resolve(__dirname, "..", file), file).create();
