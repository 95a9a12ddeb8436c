import { fieldManager } from "../cluster/fieldManager.js";
import { defaultRevision } from "../cluster/injectingRevision.js";
import { hasStatus, type KubernetesApi, type ObjectMeta, pathIn } from "../cluster/KubernetesApi.js";
import type { InjectorData } from "../configMap/InjectorData.js";
import { layersOf } from "../configMap/layersOf.js";
import { InjectorRefusal, named } from "../data/InjectorRefusal.js";
import { valueAt } from "../data/valueAt.js";
import { oldestRelease } from "../template/istioVersion.js";
import { NoInjector } from "./NoInjector.js";
import { revisionsIn } from "./revisionsIn.js";

/** Which injector: one per revision of Istio. */
export interface Injector {
  /** Where istiod runs. Default: istio-system. */
  namespace: string;
  /** As in `istioctl install --revision`. Default: none. */
  revision?: string;
}

export interface InjectorConfigMap {
  metadata: ObjectMeta;
  data: InjectorData;
  /** The rest of the object as read, so that a write changes only the two texts. */
  object: Record<string, unknown>;
}

/** The revision that its pods are labelled with. */
export function revisionOf({ revision }: Injector): string {
  return revision || defaultRevision;
}

export function configMapName(injector: Injector): string {
  const revision = revisionOf(injector);
  return revision === defaultRevision ? "istio-sidecar-injector" : `istio-sidecar-injector-${revision}`;
}

/** `istio-system/istio-sidecar-injector`: the injector's name in messages. */
export function injectorName(injector: Injector): string {
  return `${injector.namespace}/${configMapName(injector)}`;
}

/** The same for the ConfigMap that was found, which may have another name. */
export function nameOf({ metadata }: Pick<InjectorConfigMap, "metadata">, { namespace }: Injector): string {
  return `${namespace}/${metadata.name}`;
}

export async function readInjector(api: KubernetesApi, injector: Injector): Promise<InjectorConfigMap> {
  const { namespace } = injector;
  const found = await firstOf(api, namespace, [configMapName(injector), ...otherNames(injector)]);
  if (!found)
    throw new NoInjector(
      injectorName(injector),
      namespace,
      revisionOf(injector),
      await revisionsIn(api, namespace),
    );
  const { config, values } = found.data ?? {};
  return named(nameOf(found, injector), () => {
    if (config === undefined || values === undefined) {
      const missing = ["config", "values"].filter((key) => found.data?.[key] === undefined);
      throw new InjectorRefusal({
        where: "data",
        expected: `config and values, as istiod of Istio ${oldestRelease} or newer reads them`,
        got: `no ${missing.join(" and no ")}`,
        todo: "Reinstall Istio by its charts or istioctl, which write this ConfigMap",
      });
    }
    const data = { config, values };
    // every read goes through here, so an unreadable ConfigMap is refused once, by name
    layersOf(data);
    return { metadata: found.metadata, data, object: found };
  });
}

interface Answer extends Record<string, unknown> {
  metadata: ObjectMeta;
  data?: Record<string, string>;
}

async function firstOf(
  api: KubernetesApi,
  namespace: string,
  names: readonly string[],
): Promise<Answer | undefined> {
  for (const name of names) {
    try {
      return await api.request<Answer>({ method: "GET", path: pathIn(namespace, "configmaps", name) });
    } catch (error) {
      // a Role often grants only the first name
      const absent = hasStatus(error, 404) || (name !== names[0] && hasStatus(error, 403));
      if (!absent) throw error;
    }
  }
  return undefined;
}

/** OpenShift Service Mesh 2 names the default revision, too. */
function otherNames(injector: Injector): string[] {
  return revisionOf(injector) === defaultRevision ? [`istio-sidecar-injector-${defaultRevision}`] : [];
}

/** Replaces the two texts. Fails with 409 if someone else wrote since `current` was read. */
export async function writeInjector(
  api: KubernetesApi,
  injector: Injector,
  read: InjectorConfigMap,
  data: InjectorData,
  manager = fieldManager,
): Promise<InjectorConfigMap> {
  const object = { ...read.object, data: { ...(read.object.data as Record<string, string>), ...data } };
  const written = await api.request<{ metadata: ObjectMeta }>({
    method: "PUT",
    path: pathIn(injector.namespace, "configmaps", read.metadata.name),
    query: { fieldManager: manager },
    body: object,
  });
  return { metadata: written.metadata, data, object: written as unknown as Record<string, unknown> };
}

/**
 * Gives up the ownership of the texts that writes took from others: once nothing of ours is left, whoever applies them on the server, as
 * Helm 4 does, must not conflict with us.
 */
export async function releaseInjector(
  api: KubernetesApi,
  injector: Injector,
  { metadata, object }: InjectorConfigMap,
): Promise<void> {
  const managedFields = (metadata.managedFields ?? []).filter(({ manager }) => manager !== fieldManager);
  try {
    await api.request({
      method: "PUT",
      path: pathIn(injector.namespace, "configmaps", metadata.name),
      query: { fieldManager },
      // an empty list would change nothing; one empty entry removes all
      body: {
        ...object,
        metadata: { ...metadata, managedFields: managedFields.length > 0 ? managedFields : [{}] },
      },
    });
  } catch (error) {
    // somebody wrote meanwhile
    if (!hasStatus(error, 409)) throw error;
  }
}

/** The field manager of rollbacks, by which the next `up` recognizes one. */
export const putBackManager = `${fieldManager}-put-back`;

/** The field manager that wrote the texts last, for messages about lost layers. */
export function lastWriter({ metadata }: InjectorConfigMap): string {
  const writers = (metadata.managedFields ?? []).filter(
    ({ manager, fieldsV1 }) => manager !== fieldManager && manager !== putBackManager && hasTexts(fieldsV1),
  );
  const last = writers.sort((a, b) => ((a.time ?? "") < (b.time ?? "") ? 1 : -1))[0];
  return last?.manager ?? "someone else";
}

/** Whether this package wrote the settings, rather than Helm through the chart's values. */
export function isWrittenByUs({ metadata }: Pick<InjectorConfigMap, "metadata">): boolean {
  return (metadata.managedFields ?? []).some(
    ({ manager, fieldsV1 }) =>
      (manager === fieldManager || manager === putBackManager) && hasValues(fieldsV1),
  );
}

/** `2026-11-22 21:30:05 UTC`, if the last write was a rollback. */
export function whenPutBack(live: Pick<InjectorConfigMap, "metadata">): string | undefined {
  const writer = writerOfValues(live);
  return writer?.manager === putBackManager ? timeText(writer.time) : undefined;
}

/** When the settings were written last. */
export function whenWritten(live: Pick<InjectorConfigMap, "metadata">): string {
  return timeText(writerOfValues(live)?.time);
}

function writerOfValues({ metadata }: Pick<InjectorConfigMap, "metadata">) {
  return (metadata.managedFields ?? []).find(({ fieldsV1 }) => hasValues(fieldsV1));
}

function timeText(time = ""): string {
  return `${time.replace("T", " ").replace("Z", "")} UTC`;
}

function hasValues(fields: unknown): boolean {
  return valueAt(fields, ["f:data", "f:values"]) !== undefined;
}

// setting a label changes neither text
function hasTexts(fields: unknown): boolean {
  return hasValues(fields) || valueAt(fields, ["f:data", "f:config"]) !== undefined;
}
