import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import type { IstiodValues } from "../configMap/helmValues.js";
import { InjectorRefusal } from "../configMap/InjectorRefusal.js";
import { SettingsError } from "../data/problem.js";
import { helmValuesOfFile, type IstiodChartFiles, notAChart } from "../platformFile/helmValuesOfFile.js";
import { componentName, levelsInWaves } from "../platformFile/levelsInWaves.js";
import type { PlatformFile } from "../platformFile/PlatformFile.js";
import { readPlatformFile, readPlatformSettings } from "../platformFile/readPlatformFile.js";
import { GlobalSidecarSettings } from "./GlobalSidecarSettings.js";
import { stackOwner } from "./layerAndRollout.js";
import type { MeshSettings } from "./MeshSettings.js";
import { NamespaceSidecarSettings } from "./NamespaceSidecarSettings.js";
import { WorkloadSidecarSettings } from "./WorkloadSidecarSettings.js";

/** Where the values go. */
export interface IstiodChart {
  /** Folder of the official istiod chart, as `helm pull istio/istiod --untar` leaves it: the one that is installed. */
  chart: string;
  /** Where it is installed. Default: istio-system. */
  namespace?: string;
}

/** All levels of a mesh at once, for programs that keep them as data, or that install Istio as well. */
export class SidecarMesh {
  private constructor(private readonly file: PlatformFile) {}

  /**
   * A mesh from plain data.
   * @throws SettingsError with everything that is wrong.
   */
  static from(settings: MeshSettings): SidecarMesh {
    const { value, problems } = readPlatformSettings(settings);
    if (problems.length > 0) throw new SettingsError("the mesh's sidecar settings", problems);
    return new SidecarMesh(value);
  }

  /**
   * The mesh of a settings file. `called` is what messages call it.
   * @throws SettingsFileError with everything that is wrong, by line and column.
   */
  static fromFile(path: string, called = path): SidecarMesh {
    return new SidecarMesh(readPlatformFile(readFileSync(path, "utf8"), called));
  }

  /** The components of all levels, wave after wave. Their layers are one write, unless there are waves. */
  create(options: pulumi.ComponentResourceOptions = {}): pulumi.ComponentResource[] {
    const created: pulumi.ComponentResource[] = [];
    let before: pulumi.Resource[] = [];
    for (const wave of levelsInWaves(this.file)) {
      const its = { ...options, dependsOn: withDependencies(options.dependsOn, before) };
      const resources = wave.map((level) => {
        const name = componentName(level);
        if (level.is === "global") return new GlobalSidecarSettings(name, level.args, its);
        return level.is === "namespace"
          ? new NamespaceSidecarSettings(name, level.args, its)
          : new WorkloadSidecarSettings(name, { ...level.args, layerName: level.name }, its);
      });
      created.push(...resources);
      before = resources;
    }
    return created;
  }

  /**
   * Values with which the istiod chart renders these settings by itself, so that a Helm upgrade never takes them away. Give them to
   * the chart, and let `create` depend on it: its components then find the settings in place, try them out, and restart.
   * `revision` in the values says which injector it is. All layers of that injector belong in one program then.
   * @throws SettingsError, InjectorRefusal: nothing was installed.
   */
  helmValues<Values extends IstiodValues>(
    values: Values,
    { chart, namespace }: IstiodChart,
  ): Values & IstiodValues {
    return helmValuesOfFile(this.file, values, readChart(chart), namespace, (level) =>
      stackOwner(componentName(level)),
    );
  }
}

function withDependencies(
  given: pulumi.ComponentResourceOptions["dependsOn"],
  before: readonly pulumi.Resource[],
): NonNullable<pulumi.ComponentResourceOptions["dependsOn"]> {
  if (given === undefined) return [...before];
  return Array.isArray(given) ? [...given, ...before] : [given as pulumi.Input<pulumi.Resource>, ...before];
}

function readChart(folder: string): IstiodChartFiles {
  const template = join(folder, "files", "injection-template.yaml");
  if (!existsSync(template)) throw new InjectorRefusal(notAChart(folder));
  return {
    "files/injection-template.yaml": readFileSync(template, "utf8"),
    "values.yaml": readFileSync(join(folder, "values.yaml"), "utf8"),
  };
}
