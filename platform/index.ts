import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Config, type Resource } from "@pulumi/pulumi";
import {
  GlobalSidecarSettings,
  levelsInWaves,
  NamespaceSidecarSettings,
  readPlatformFile,
} from "pulumi-istio-sidecar";

const file = new Config().get("file") ?? "settings.yaml";
const settings = readPlatformFile(readFileSync(resolve(__dirname, "..", file), "utf8"), file);

let before: Resource[] = [];
for (const wave of levelsInWaves(settings)) {
  const options = { dependsOn: before };
  before = wave.map((level) =>
    level.is === "global"
      ? new GlobalSidecarSettings("global", level.args, options)
      : new NamespaceSidecarSettings(level.name, level.args, options),
  );
}
