import { SidecarMesh } from "pulumi-istio-sidecar";

SidecarMesh.fromFile("settings.yaml").create();
