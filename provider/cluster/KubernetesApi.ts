/** The cluster and the credentials. Default: KUBECONFIG, then ~/.kube/config, then the pod's service account. */
export interface ClusterAccess {
  /** The content of a kubeconfig, or its path. */
  kubeconfig?: string;
  /** Default: the kubeconfig's current context. */
  context?: string;
}

export interface ApiCall {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  query?: Readonly<Record<string, string | number | boolean | undefined>>;
  body?: unknown;
  /** Default: application/json. */
  contentType?: string;
  /** Default: application/json. */
  accept?: string;
  /** Statuses that the caller handles itself, so they are not retried. */
  final?: readonly number[];
}

/** The only access to a Kubernetes API server. Objects pass through unchanged: unknown fields are kept. */
export interface KubernetesApi {
  /** The server's address, which identifies the cluster. */
  readonly server: string;
  /** The kubeconfig's context, for messages. */
  readonly context?: string;
  /** The namespace that the context names, which kubectl takes where none is given. */
  readonly contextNamespace?: string;
  request<Answer>(call: ApiCall): Promise<Answer>;
}

export interface ObjectMeta {
  name: string;
  namespace?: string;
  generateName?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string; controller?: boolean }[];
  managedFields?: { manager?: string; time?: string; fieldsV1?: unknown }[];
}

/** An error status, with the server's own message. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  constructor(
    readonly status: number,
    readonly reason: string,
    readonly serverMessage: string,
    readonly call: Pick<ApiCall, "method" | "path">,
    readonly retryAfterSeconds?: number,
  ) {
    super(`${call.method} ${call.path}: ${status} ${reason ? `${reason}: ` : ""}${serverMessage}`);
  }
}

/** The server could not be reached, or the connection broke. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";
  constructor(
    message: string,
    /** In a few words: `connection refused`. */
    readonly reason?: string,
  ) {
    super(message);
  }
}

export function hasStatus(error: unknown, status: number): error is ApiError {
  return error instanceof ApiError && error.status === status;
}

/** Whether RBAC denied the caller, rather than a quota, a policy or a webhook denying the object. */
export function isMissingRight(error: unknown): boolean {
  return hasStatus(error, 403) && /cannot \w+ resource "/.test(error.serverMessage);
}

/** Whether an object can't be created because its namespace is being deleted. */
export function isBeingDeleted(error: ApiError): boolean {
  return error.status === 403 && error.serverMessage.includes("because it is being terminated");
}

/** Whether a ResourceQuota has no room for an object. */
export function isOverQuota({ serverMessage }: ApiError): boolean {
  return serverMessage.includes("exceeded quota");
}

/** The answer to a request; undefined if there is no such object. */
export async function ifFound<Answer>(request: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await request;
  } catch (error) {
    if (!hasStatus(error, 404)) throw error;
    return undefined;
  }
}

/** The path of a namespace, or of what is in it: `pathIn("shop", "pods", "api-1")`. */
export function pathIn(namespace: string, ...parts: readonly string[]): string {
  return ["/api/v1/namespaces", ...[namespace, ...parts].map(encodeURIComponent)].join("/");
}

const pageSize = 500;

interface ListOptions {
  query?: ApiCall["query"];
  metadataOnly?: boolean;
}

/** Lists all objects, page by page. If the list expires half-way, starts over with a single unpaged request, which can't expire. */
export function listAll<Item>(api: KubernetesApi, path: string, options: ListOptions = {}): Promise<Item[]> {
  return listKept<Item, Item>(api, path, (item) => [item], options);
}

export function listMetadata(
  api: KubernetesApi,
  path: string,
  query: NonNullable<ApiCall["query"]> = {},
): Promise<ObjectMeta[]> {
  const metadataOf = ({ metadata }: { metadata: ObjectMeta }) => [metadata];
  return listKept(api, path, metadataOf, { query, metadataOnly: true });
}

/** Lists all objects, and of each only what `keep` returns: pages of a large mesh are never in memory together. */
export async function listKept<Item, Kept>(
  api: KubernetesApi,
  path: string,
  keep: (item: Item) => readonly Kept[],
  options: ListOptions = {},
): Promise<Kept[]> {
  const items: Kept[] = [];
  let next: string | undefined;
  let limit: number | undefined = pageSize;
  for (;;) {
    try {
      const page = await api.request<{ items?: Item[]; metadata?: { continue?: string } }>({
        method: "GET",
        path,
        query: { ...options.query, limit, continue: next },
        ...(options.metadataOnly
          ? { accept: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1" }
          : {}),
      });
      items.push(...(page.items ?? []).flatMap(keep));
      next = page.metadata?.continue || undefined;
    } catch (error) {
      if (!hasStatus(error, 410) || next === undefined) throw error;
      items.length = 0;
      next = undefined;
      limit = undefined;
      continue;
    }
    if (next === undefined) return items;
  }
}
