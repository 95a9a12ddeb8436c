import { InjectorRefusal } from "../data/InjectorRefusal.js";
import { isRecord } from "../data/isRecord.js";
import { shown } from "../data/problem.js";
import { yamlData } from "../data/spliceMap.js";
import { valueAt } from "../data/valueAt.js";
import type { InjectorData } from "./InjectorData.js";

/** Throws if the injector's ConfigMap lacks the parts that settings are added to. */
export function requireShape({ config, values }: InjectorData): void {
  const read = yamlData(config, "data.config");
  const templates = valueAt(read, ["templates"]);
  const single = valueAt(read, ["template"]);
  const isOld = single !== undefined && !String(single).includes(placeholder);
  if (!isRecord(templates))
    throw refused(
      "data.config, templates",
      'a map with Istio\'s template "sidecar"',
      isOld ? "a single text, data.config.template, as in Istio before 1.10" : kindOf(templates),
      isOld ? "Upgrade Istio" : reinstall,
    );
  const aliases = valueAt(read, ["aliases"]);
  if (aliases !== undefined && aliases !== null && !isRecord(aliases))
    throw refused("data.config, aliases", "a map of names to lists of template names", kindOf(aliases));
  const global = valueAt(yamlData(values, "data.values"), ["global"]);
  if (!isRecord(global))
    throw refused(
      "data.values, global",
      "a map of the Helm values that Istio was installed with",
      kindOf(global),
    );
}

/** What Istio now has in place of the single template of releases before 1.10. */
const placeholder = "Template_Version_And_Istio_Version_Mismatched";

const reinstall = "Reinstall Istio with its charts or istioctl, which rewrite this ConfigMap";

function refused(where: string, expected: string, got: string, todo = reinstall): InjectorRefusal {
  return new InjectorRefusal({ where, expected, got, todo });
}

function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return shown(value);
}
