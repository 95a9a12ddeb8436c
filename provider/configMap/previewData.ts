import { canonicalJson } from "../data/canonicalJson.js";
import { type Layers, namespaceOf } from "../levels/Layer.js";
import { layersFor } from "../levels/layersReaching.js";
import { joinedStamp, stampOf } from "../levels/Profile.js";
import { previewAnnotation, proxyConfigAnnotation } from "../pod/podAnnotations.js";
import type { StoredData } from "./StoredData.js";
import { storedContent } from "./storedContent.js";
import { bytesOf, whyOutOfBounds } from "./whyOutOfBounds.js";

/** Annotations for a dry run, or why a pod can't be asked with this data. */
export type PreviewData = { annotations: Readonly<Record<string, string>> } | { unaskable: string };

/** Kubernetes' limit for the names and values of all annotations of an object. */
const mostBytes = 256 * 1024;
/** What the injector may add to the annotations of a pod. */
const reserved = 16 * 1024;

/**
 * The annotations of a pod with planned layers on it: a dry run of that pod shows what the injector will give it once these layers
 * are written, whatever layers there are now. The answer's stamp is then `previewStamp`; any other stamp, or none, is the
 * answer of an injector whose template does not read the annotation. `layers` are all layers of the injector as they will be,
 * `annotations` those of the pod.
 */
export function previewData(
  layers: Layers,
  namespace: string,
  annotations: Readonly<Record<string, string>> = {},
): PreviewData {
  const planned = readFor(layers, namespace);
  const data = canonicalJson(planned);
  const previewed = { ...annotations, [previewAnnotation]: data };
  const unaskable =
    whyOutOfBounds(data, planned, annotations[proxyConfigAnnotation]) ?? whyTooMany(previewed);
  return unaskable === undefined ? { annotations: previewed } : { unaskable };
}

function whyTooMany(annotations: Readonly<Record<string, string>>): string | undefined {
  const bytes = Object.entries(annotations)
    .flat()
    .map(bytesOf)
    .reduce((sum, one) => sum + one, reserved);
  return bytes > mostBytes
    ? `bytes of the pod's annotations with planned settings: expected at most ${mostBytes}, got ${bytes}`
    : undefined;
}

/** The stamp in the answer to a dry run with `previewData`. It is never that of a pod that the layers themselves have reached. */
export function previewStamp(
  layers: Layers,
  namespace: string,
  labels?: Readonly<Record<string, string>>,
): string {
  return joinedStamp(["preview", stampOf(layersFor(layers, namespace, labels)) ?? ""]);
}

/** What the template reads of the layers' data for pods of one namespace. */
function readFor(
  layers: Layers,
  namespace: string,
): Pick<StoredData, "namespaces" | "workloads" | "profiles"> {
  const { namespaces, workloads, profiles } = storedContent(
    Object.fromEntries(
      Object.entries(layers).filter(([target]) => [undefined, namespace].includes(namespaceOf(target))),
    ),
  );
  return { namespaces, profiles, ...(workloads ? { workloads } : {}) };
}
