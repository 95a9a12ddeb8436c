import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Config, type Resource } from "@pulumi/pulumi";
import {
  GlobalSidecarSettings,
  levelsInWaves,
  NamespaceSidecarSettings,
  readPlatformFile,
  WorkloadSidecarSettings,
} from "pulumi-istio-sidecar";

const file = new Config().get("file") ?? "settings.yaml";
const settings = readPlatformFile(readFileSync(resolve(__dirname, "..", file), "utf8"), file);

let before: Resource[] = [];
for (const wave of levelsInWaves(settings)) {
  const options = { dependsOn: before };
  before = wave.map((level) => {
    if (level.is === "global") return new GlobalSidecarSettings("global", level.args, options);
    // a workload's settings may be called like a namespace
    return level.is === "namespace"
      ? new NamespaceSidecarSettings(level.name, level.args, options)
      : new WorkloadSidecarSettings(
          `${level.name}-workloads`,
          { ...level.args, layerName: level.name },
          options,
        );
  });
}
