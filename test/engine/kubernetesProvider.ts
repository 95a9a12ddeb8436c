import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { KubernetesConnection } from "./kubernetesConnection";
import {
  addressOf,
  annotation,
  type ObjectAddress,
  ObjectPaths,
  objectAt,
  objectId,
} from "./kubernetesObject";
import { whyNotReady } from "./kubernetesReadiness";
import { pathsForcingReplacement } from "./kubernetesReplacement";
import { diffInputs } from "./propertyDiff";
import { isPropertyMap, type PropertyMap, type PropertyValue } from "./propertyValue";
import {
  type CheckResult,
  type CreateResult,
  type DiffResult,
  type ExistingResource,
  PartialFailure,
  type ReadResult,
  type ResourceProvider,
} from "./resourceProvider";
import { urnName, urnType } from "./urn";

const FIELD_MANAGER = "pulumi-kubernetes";
const AUTONAMED = "pulumi.com/autonamed";
const DEFAULT_WAIT_SECONDS = 600;
const POLL_MS = 250;

/** `kubernetes:*` resources by server-side apply; a small part of what the real provider does. */
export class KubernetesProvider implements ResourceProvider {
  private readonly connection: KubernetesConnection;
  private readonly paths: ObjectPaths;

  constructor(config: PropertyMap) {
    this.connection = new KubernetesConnection(config);
    this.paths = new ObjectPaths(this.connection, String(config.namespace || "default"));
  }

  async check(urn: string, olds: PropertyMap, news: PropertyMap): Promise<CheckResult> {
    const metadata = objectAt(news, "metadata");
    if (metadata.name !== undefined || metadata.generateName !== undefined)
      return { inputs: news, failures: [] };
    if (isPatch(urn))
      return { inputs: news, failures: [{ property: "", reason: "a patch needs `metadata.name`" }] };
    const oldName = annotation(olds, AUTONAMED) === "true" ? objectAt(olds, "metadata").name : undefined;
    const name = oldName ?? `${urnName(urn)}-${randomBytes(4).toString("hex")}`;
    const annotations = { ...objectAt(metadata, "annotations"), [AUTONAMED]: "true" };
    return { inputs: { ...news, metadata: { ...metadata, name, annotations } }, failures: [] };
  }

  async diff(old: ExistingResource, news: PropertyMap): Promise<DiffResult> {
    const detailedDiff = diffInputs(visible(old.inputs), visible(news));
    const address = addressOf(urnType(old.urn), news);
    const replaces = pathsForcingReplacement(address, Object.keys(detailedDiff), isPatch(old.urn));
    const before = addressOf(urnType(old.urn), old.inputs);
    const sameObject = before.name === address.name && before.namespace === address.namespace;
    return {
      changes: Object.keys(detailedDiff).length > 0 ? "some" : "none",
      replaces,
      deleteBeforeReplace: replaces.length > 0 && sameObject && annotation(news, AUTONAMED) !== "true",
      detailedDiff,
    };
  }

  async create(urn: string, inputs: PropertyMap, timeout: number): Promise<CreateResult> {
    const path = await this.paths.path(addressOf(urnType(urn), inputs));
    if (!isPatch(urn) && (await this.connection.find(path))) {
      throw new Error(`${path} already exists, and this stack does not manage it`);
    }
    const live = await this.apply(urn, path, inputs, timeout);
    return { id: objectId(live), outputs: live };
  }

  async update(old: ExistingResource, news: PropertyMap, timeout: number): Promise<PropertyMap> {
    return this.apply(
      old.urn,
      await this.paths.path(addressOf(urnType(old.urn), news, old.id)),
      news,
      timeout,
    );
  }

  async read(resource: ExistingResource): Promise<ReadResult | undefined> {
    const live = await this.connection.find(await this.paths.path(this.address(resource)));
    if (!live) return undefined;
    const inputs = Object.keys(resource.inputs).length > 0 ? project(resource.inputs, live) : {};
    return { id: objectId(live), outputs: live, inputs: inputs as PropertyMap };
  }

  async delete(resource: ExistingResource, timeout: number): Promise<void> {
    const address = this.address(resource);
    const path = await this.paths.path(address);
    if (isPatch(resource.urn)) return this.relinquish(resource, address, path);
    const uid = objectAt(resource.outputs, "metadata").uid;
    const live = await this.connection.find(path);
    // Another object under the same name is not ours to delete.
    if (!live || (uid && objectAt(live, "metadata").uid !== uid)) return;
    const policy = annotation(resource.inputs, "pulumi.com/deletionPropagationPolicy") ?? "foreground";
    const propagationPolicy = policy.charAt(0).toUpperCase() + policy.slice(1);
    await this.connection
      .send({ method: "DELETE", path, query: { propagationPolicy } })
      .catch(ignoreNotFound);
    if (annotation(resource.inputs, "pulumi.com/skipAwait") === "true") return;
    const end = Date.now() + (timeout || DEFAULT_WAIT_SECONDS) * 1000;
    while (
      objectAt((await this.connection.find(path)) ?? {}, "metadata").uid === objectAt(live, "metadata").uid
    ) {
      if (Date.now() > end) throw new Error(`${path} is still there`);
      await sleep(POLL_MS);
    }
  }

  /** What is known of the object beforehand; the server fills in the rest. */
  previewUpdate(old: ExistingResource, news: PropertyMap): PropertyMap {
    return overlay(old.outputs, news) as PropertyMap;
  }

  private async apply(urn: string, path: string, inputs: PropertyMap, timeout: number): Promise<PropertyMap> {
    const { apiVersion, kind } = addressOf(urnType(urn), inputs);
    const query: Record<string, string> = { fieldManager: fieldManager(urn, inputs) };
    if (annotation(inputs, "pulumi.com/patchForce") === "true") query.force = "true";
    const body = { ...visible(inputs), apiVersion, kind };
    const applied = await this.connection.send({ method: "PATCH", path, query, body });
    if (isPatch(urn) || annotation(inputs, "pulumi.com/skipAwait") === "true") return applied;
    return this.await(path, applied, Number(annotation(inputs, "pulumi.com/timeoutSeconds")) || timeout);
  }

  private async await(path: string, applied: PropertyMap, timeout: number): Promise<PropertyMap> {
    const seconds = timeout || DEFAULT_WAIT_SECONDS;
    const end = Date.now() + seconds * 1000;
    let live = applied;
    for (;;) {
      const reason = whyNotReady(live);
      if (reason === undefined) return live;
      if (Date.now() > end) {
        const message = `${live.kind} ${objectId(live)} was not ready after ${seconds} s: ${reason}`;
        throw new PartialFailure(message, objectId(live), live, [message]);
      }
      await sleep(POLL_MS);
      live = (await this.connection.find(path)) ?? live;
    }
  }

  /** Applying nothing gives up every field; those that nobody else owns disappear. */
  private async relinquish(resource: ExistingResource, address: ObjectAddress, path: string): Promise<void> {
    const { apiVersion, kind, name } = address;
    const query = { fieldManager: fieldManager(resource.urn, resource.inputs) };
    if (!(await this.connection.find(path))) return;
    await this.connection.send({
      method: "PATCH",
      path,
      query,
      body: { apiVersion, kind, metadata: { name } },
    });
  }

  private address(resource: ExistingResource): ObjectAddress {
    const live = objectAt(resource.outputs, "metadata").name ? resource.outputs : resource.inputs;
    return addressOf(urnType(resource.urn), live, resource.id);
  }
}

function isPatch(urn: string): boolean {
  return urnType(urn).endsWith("Patch");
}

function fieldManager(urn: string, inputs: PropertyMap): string {
  if (!isPatch(urn)) return FIELD_MANAGER;
  return (
    annotation(inputs, "pulumi.com/patchFieldManager") ?? `${FIELD_MANAGER}-${urnName(urn)}`.slice(0, 128)
  );
}

function visible(inputs: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(inputs).filter(([key]) => !key.startsWith("__")));
}

/** The live values of what the inputs speak of. */
function project(inputs: PropertyValue, live: PropertyValue | undefined): PropertyValue {
  if (live === undefined) return null;
  if (Array.isArray(inputs) && Array.isArray(live)) {
    return inputs.length === live.length ? inputs.map((item, index) => project(item, live[index])) : live;
  }
  if (!isPropertyMap(inputs) || !isPropertyMap(live)) return live;
  const kept = Object.entries(inputs).filter(([key]) => live[key] !== undefined);
  return Object.fromEntries(kept.map(([key, value]) => [key, project(value, live[key])]));
}

function overlay(live: PropertyValue | undefined, news: PropertyValue): PropertyValue {
  if (!isPropertyMap(live) || !isPropertyMap(news)) return news;
  const merged: PropertyMap = { ...live };
  for (const [key, value] of Object.entries(news)) merged[key] = overlay(live[key], value);
  return merged;
}

function ignoreNotFound(error: unknown): void {
  if ((error as { code?: number }).code !== 404) throw error;
}
