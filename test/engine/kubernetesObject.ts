import type { KubernetesConnection } from "./kubernetesConnection";
import { isPropertyMap, type PropertyMap, type PropertyValue } from "./propertyValue";

/** Which object a resource stands for. */
export interface ObjectAddress {
  apiVersion: string;
  kind: string;
  name: string;
  namespace: string | undefined;
}

/** `kubernetes:apps/v1:Deployment`, where the inputs don't say what they are. */
export function addressOf(type: string, inputs: PropertyMap, id?: string): ObjectAddress {
  const [, group = "", kind = ""] = type.split(":");
  const metadata = objectAt(inputs, "metadata");
  const [first, second] = (id ?? "").split("/");
  return {
    apiVersion: text(inputs.apiVersion) ?? group.replace(/^core\//, ""),
    kind: text(inputs.kind) ?? kind.replace(/Patch$/, ""),
    name: text(metadata.name) ?? second ?? first ?? "",
    namespace: text(metadata.namespace) ?? (second === undefined ? undefined : first),
  };
}

export function objectId(live: PropertyMap): string {
  const metadata = objectAt(live, "metadata");
  return metadata.namespace ? `${metadata.namespace}/${metadata.name}` : String(metadata.name);
}

export function objectAt(map: PropertyMap, ...keys: string[]): PropertyMap {
  let current: PropertyValue | undefined = map;
  for (const key of keys) current = isPropertyMap(current) ? current[key] : undefined;
  return isPropertyMap(current) ? current : {};
}

export function annotation(map: PropertyMap, name: string): string | undefined {
  return text(objectAt(map, "metadata", "annotations")[name]);
}

function text(value: PropertyValue | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Turns addresses into API paths, asking the server once per kind whether it has namespaces. */
export class ObjectPaths {
  private readonly kinds = new Map<string, Promise<{ plural: string; namespaced: boolean }>>();

  constructor(
    private readonly connection: KubernetesConnection,
    private readonly defaultNamespace: string,
  ) {}

  async path(address: ObjectAddress): Promise<string> {
    const { plural, namespaced } = await this.kind(address);
    const scope = namespaced ? `/namespaces/${address.namespace ?? this.defaultNamespace}` : "";
    return `${groupPath(address.apiVersion)}${scope}/${plural}/${address.name}`;
  }

  private kind(address: ObjectAddress): Promise<{ plural: string; namespaced: boolean }> {
    const key = `${address.apiVersion}/${address.kind}`;
    let found = this.kinds.get(key);
    if (!found) {
      found = this.discover(address);
      this.kinds.set(key, found);
      // A CRD may be made by this very deployment: don't remember that it was missing.
      found.catch(() => this.kinds.delete(key));
    }
    return found;
  }

  private async discover({
    apiVersion,
    kind,
  }: ObjectAddress): Promise<{ plural: string; namespaced: boolean }> {
    const list = (await this.connection.find(groupPath(apiVersion))) ?? {};
    const resources = (list.resources ?? []) as { kind: string; name: string; namespaced: boolean }[];
    const resource = resources.find((candidate) => candidate.kind === kind && !candidate.name.includes("/"));
    if (!resource) throw new Error(`the server has no kind ${kind} in ${apiVersion}`);
    return { plural: resource.name, namespaced: resource.namespaced };
  }
}

function groupPath(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}
