import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { IstiodValues } from "../configMap/helmValues.js";
import { InjectorRefusal } from "../data/InjectorRefusal.js";
import { SettingsError } from "../data/problem.js";
import { helmValuesOfFile, type IstiodChartFiles, notAChart } from "../platformFile/helmValuesOfFile.js";
import {
  componentName,
  levelsInWaves,
  meshType,
  nameInMesh,
  ownerInMesh,
  type PlannedLevel,
} from "../platformFile/levelsInWaves.js";
import type { PlatformFile } from "../platformFile/PlatformFile.js";
import { readPlatformSettings } from "../platformFile/readPlatformFile.js";
import type { RolloutSummary } from "../rollout/execute/RolloutSummary.js";
import type { NestedSettings } from "../settings/canonicalSettings.js";
import { GlobalSidecarSettings } from "./GlobalSidecarSettings.js";
import type { LevelSettings } from "./LevelSettings.js";
import { stackOwner } from "./layerAndRollout.js";
import type { MeshSettings } from "./MeshSettings.js";
import { NamespaceSidecarSettings } from "./NamespaceSidecarSettings.js";
import { withPlainRefusals } from "./refusal.js";
import { WorkloadSidecarSettings } from "./WorkloadSidecarSettings.js";

/** The chart that the values are for. */
export interface IstiodChart {
  /** Folder of the official istiod chart, as unpacked by `helm pull istio/istiod --untar`, in the version that is installed. */
  chart: string;
  /** Where it is installed. Default: istio-system. */
  namespace?: string;
}

/**
 * All levels of a mesh at once, for programs that have them as data, or that also install Istio. All layers are written at once, unless
 * there are waves.
 *
 * ```ts
 * new SidecarMesh("mesh", { namespaces: { shop: { proxyResources: { limits: { cpu: 1 } } } } });
 * ```
 */
export class SidecarMesh extends pulumi.ComponentResource {
  /** The component of each level: `global`, a namespace's name, or `NAME-workloads`. */
  readonly levels: Readonly<Record<string, LevelSettings>>;
  /** Each level's settings after merging, by the same names. */
  readonly effective: pulumi.Output<Record<string, NestedSettings>>;
  /** What each level's last rollout did, by the same names. */
  readonly rollouts: pulumi.Output<Record<string, RolloutSummary>>;

  /**
   * `settings`: plain data, since it determines which components are created.
   * @throws SettingsError with all problems.
   */
  constructor(name: string, settings: MeshSettings, opts: pulumi.ComponentResourceOptions = {}) {
    const file = withPlainRefusals(() => checked(name, settings));
    super(meshType, name, {}, opts);
    const levels: Record<string, LevelSettings> = {};
    let before: pulumi.Resource[] = [];
    for (const wave of levelsInWaves(file)) {
      const given = opts.dependsOn === undefined ? {} : { dependsOn: opts.dependsOn };
      const its = pulumi.mergeOptions({ parent: this, ...given }, { dependsOn: before });
      before = wave.map((level) => {
        const created = createLevel(nameInMesh(name, level), level, its);
        levels[componentName(level)] = created;
        return created;
      });
    }
    this.levels = levels;
    this.effective = byLevel(levels, ({ effective }) => effective);
    this.rollouts = byLevel(levels, ({ rollout }) => rollout);
    this.registerOutputs({ effective: this.effective, rollouts: this.rollouts });
  }

  /**
   * Values that make the istiod chart itself render these settings, so that a Helm upgrade never removes them. Pass them to the chart,
   * and make the mesh of this name depend on it: its components then find the settings in place, verify them, and restart workloads.
   * `revision` in the values selects the injector. All layers of that injector then belong in one program.
   * @throws SettingsError, InjectorRefusal. Nothing is installed then.
   */
  static helmValues<Values extends IstiodValues>(
    name: string,
    settings: MeshSettings,
    values: Values,
    { chart, namespace }: IstiodChart,
  ): Values & IstiodValues {
    return withPlainRefusals(() =>
      helmValuesOfFile(checked(name, settings), values, readChart(chart), namespace, (level) =>
        stackOwner(ownerInMesh(name, level)),
      ),
    );
  }
}

function checked(name: string, settings: MeshSettings): PlatformFile {
  const { value, problems } = readPlatformSettings(settings);
  if (problems.length > 0) throw new SettingsError(`the sidecar settings of ${name}`, problems);
  return value;
}

function createLevel(
  name: string,
  level: PlannedLevel,
  opts: pulumi.ComponentResourceOptions,
): LevelSettings {
  if (level.is === "global") return new GlobalSidecarSettings(name, level.args, opts);
  return level.is === "namespace"
    ? new NamespaceSidecarSettings(name, level.args, opts)
    : new WorkloadSidecarSettings(name, { ...level.args, workloadName: level.name }, opts);
}

function byLevel<Value>(
  levels: Readonly<Record<string, LevelSettings>>,
  pick: (level: LevelSettings) => pulumi.Output<Value>,
): pulumi.Output<Record<string, Value>> {
  return pulumi.all(
    Object.fromEntries(Object.entries(levels).map(([name, level]) => [name, pick(level)])),
  ) as unknown as pulumi.Output<Record<string, Value>>;
}

/** @throws InjectorRefusal for a folder that is no chart. */
export function readChart(folder: string): IstiodChartFiles {
  const template = join(folder, "files", "injection-template.yaml");
  if (!existsSync(template)) throw new InjectorRefusal(notAChart(folder));
  return {
    "files/injection-template.yaml": readFileSync(template, "utf8"),
    "values.yaml": readFileSync(join(folder, "values.yaml"), "utf8"),
  };
}
