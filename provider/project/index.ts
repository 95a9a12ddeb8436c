import { readSettingsFile, SidecarMesh } from "pulumi-istio-sidecar";

new SidecarMesh("mesh", readSettingsFile("settings.yaml"));
