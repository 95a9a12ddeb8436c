import { parse } from "yaml";
import { proxyConfigAnnotation } from "../render/podAnnotations.js";
import { valueAt } from "../settings/canonicalSettings.js";
import { declarations } from "../settings/declarations.js";

/** What pods say of a setting themselves: as it is written there, and by which annotation. */
export interface PodSaying {
  setting: string;
  annotation: string;
  value: unknown;
}

const amounts: Readonly<Record<string, string>> = {
  "limits.cpu": "sidecar.istio.io/proxyCPULimit",
  "limits.memory": "sidecar.istio.io/proxyMemoryLimit",
  "requests.cpu": "sidecar.istio.io/proxyCPU",
  "requests.memory": "sidecar.istio.io/proxyMemory",
};

/** The settings that a pod template's annotations say, whatever they are worth. */
export function podSays(annotations: Readonly<Record<string, string>>): PodSaying[] {
  const config = proxyConfigOf(annotations[proxyConfigAnnotation]);
  return declarations.flatMap(({ path, rendering }): PodSaying[] => {
    const saying = (annotation: string, value: unknown): PodSaying[] =>
      value === undefined ? [] : [{ setting: path, annotation, value }];
    switch (rendering.to) {
      case "proxyValue":
        return saying(rendering.annotation, annotations[rendering.annotation]);
      case "proxyValueField": {
        const annotation = amounts[rendering.field.join(".")];
        return annotation === undefined ? [] : saying(annotation, annotations[annotation]);
      }
      case "proxyConfig":
        return saying(proxyConfigAnnotation, valueAt(config, [rendering.field]));
      case "proxyMetadata": {
        const values = rendering.names.map((name) => valueAt(config, ["proxyMetadata", name]));
        // one setting stands for all of its variables
        const same = values.every((value) => String(value) === String(values[0]));
        return same && values[0] !== undefined ? saying(proxyConfigAnnotation, booleanOf(values[0])) : [];
      }
      default:
        return [];
    }
  });
}

/** Istio's own text for true and false. */
export function booleanOf(value: unknown): unknown {
  return value === "true" ? true : value === "false" ? false : value;
}

function proxyConfigOf(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : parse(text);
  } catch {
    return undefined;
  }
}
