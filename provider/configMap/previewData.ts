import { canonicalJson } from "../data/canonicalJson.js";
import type { Layers } from "../levels/Layer.js";
import { layersFor, layersNear } from "../levels/layersReaching.js";
import { joinedStamp, stampOf } from "../levels/Profile.js";
import { previewAnnotation, proxyConfigAnnotation } from "../pod/podAnnotations.js";
import { bounds } from "../template/previewBounds.js";
import type { StoredData } from "./StoredData.js";
import { storedContent } from "./storedContent.js";

/** Kubernetes' limit for the total size of an object's annotations. */
const mostBytes = 256 * 1024;
/** Room for the annotations that the injector adds to a pod. */
const reserved = 16 * 1024;

/**
 * A pod's annotations plus planned layers: a dry run of that pod shows what the injector will inject once these layers are written,
 * no matter which layers it has now. The result then has the stamp `previewStamp`; with any other stamp, or none, the injector's
 * template doesn't read the annotation. Undefined if it is too much for an annotation, or for the template's bounds.
 * `layers`: all of the injector's layers as planned. `annotations`: those of the pod.
 */
export function previewData(
  layers: Layers,
  namespace: string,
  annotations: Readonly<Record<string, string>> = {},
): Record<string, string> | undefined {
  const planned = readFor(layers, namespace);
  const data = canonicalJson(planned);
  const previewed = { ...annotations, [previewAnnotation]: data };
  const bytes = bytesOf(Object.entries(previewed).flat().join(""));
  const fits =
    isWithinBounds(data, planned, annotations[proxyConfigAnnotation]) && bytes + reserved <= mostBytes;
  return fits ? previewed : undefined;
}

/** The stamp that a dry run with `previewData` returns. Never equal to the stamp of a pod with the actual layers. */
export function previewStamp(
  layers: Layers,
  namespace: string,
  labels?: Readonly<Record<string, string>>,
): string {
  return joinedStamp(["preview", stampOf(layersFor(layers, namespace, labels)) ?? ""]);
}

/** The part of the layers' data that the template reads for pods of one namespace. */
function readFor(
  layers: Layers,
  namespace: string,
): Pick<StoredData, "namespaces" | "workloads" | "profiles"> {
  const { namespaces, workloads, profiles } = storedContent(layersNear(namespace, layers));
  return { namespaces, profiles, ...(workloads ? { workloads } : {}) };
}

/** Whether the injector's template accepts planned data on a pod. `data`: as text; `config`: the pod's `proxy.istio.io/config`. */
function isWithinBounds(
  data: string,
  { workloads = {}, profiles }: Pick<StoredData, "workloads" | "profiles">,
  config = "",
): boolean {
  const written = Object.values(profiles).map(({ writes = [] }) => writes);
  const all = written.flat();
  const lists = all.flatMap(({ at, is }) => (at === "always" ? Object.values(is) : []));
  return (
    bytesOf(data) <= bounds.data &&
    bytesOf(config) <= bounds.config &&
    Object.values(workloads).every((layers) => layers.length <= bounds.workloads) &&
    written.every((writes) => writes.length <= bounds.writes) &&
    all.every(({ own = "" }) => bytesOf(own) <= bounds.own) &&
    lists.every((list) => bytesOf(String(list)) <= bounds.always)
  );
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}
