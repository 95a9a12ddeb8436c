import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { injectorName } from "../injector/Injector.js";
import { injectorOf } from "../injector/layerInputs.js";
import { requireValidLayer } from "../injector/requireValidLayer.js";
import { layersOfFile } from "../platformFile/layersOfFile.js";
import { componentName, levelsInWaves } from "../platformFile/levelsInWaves.js";
import type { PlatformFile } from "../platformFile/PlatformFile.js";
import { readPlatformFile, readPlatformSettings } from "../platformFile/readPlatformFile.js";
import { helmValues, type IstiodValues } from "../render/helmValues.js";
import { InjectorRefusal } from "../render/InjectorRefusal.js";
import { installedSettings } from "../render/Profile.js";
import { SettingsError } from "../settings/problem.js";
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
    const { template, defaults } = readChart(chart);
    const injector = injectorOf({ injector: { namespace, revision: values.revision } });
    const plan = layersOfFile(this.file, (level) => stackOwner(componentName(level))).find(
      (one) => injectorName(one.injector) === injectorName(injector),
    );
    const layers = plan?.layers ?? {};
    const installed = installedSettings(merged(defaults, values.global ?? {}));
    for (const target of Object.keys(layers)) requireValidLayer(target, layers, installed);
    return helmValues(values, template, layers);
  }
}

function withDependencies(
  given: pulumi.ComponentResourceOptions["dependsOn"],
  before: readonly pulumi.Resource[],
): NonNullable<pulumi.ComponentResourceOptions["dependsOn"]> {
  if (given === undefined) return [...before];
  return Array.isArray(given) ? [...given, ...before] : [given as pulumi.Input<pulumi.Resource>, ...before];
}

/** Of an unpacked istiod chart: Istio's template as the injector has it, and the values that nobody needs to give. */
function readChart(folder: string): { template: string; defaults: object } {
  const path = join(folder, "files", "injection-template.yaml");
  if (!existsSync(path)) {
    throw new InjectorRefusal(
      `${folder} is no istiod chart: found no files/injection-template.yaml in it; unpack the chart that is installed, with helm pull istio/istiod --version VERSION --untar --untardir charts`,
    );
  }
  const values = (parse(readFileSync(join(folder, "values.yaml"), "utf8")) ?? {}) as Record<
    string,
    { global?: object } | undefined
  >;
  const { _internal_defaults_do_not_set: current, defaults: older } = values;
  return {
    // the chart trims it
    template: `${readFileSync(path, "utf8").trim()}\n`,
    defaults: (current ?? older ?? values).global ?? {},
  };
}

/** Helm's way: maps are merged, all else is replaced, null takes away. */
function merged(weak: unknown, strong: unknown): unknown {
  if (!isMap(weak) || !isMap(strong)) return strong;
  const all = {
    ...weak,
    ...Object.fromEntries(Object.entries(strong).map(([key, value]) => [key, merged(weak[key], value)])),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
