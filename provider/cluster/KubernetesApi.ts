/** Which cluster, and as whom. Nothing given: KUBECONFIG, then ~/.kube/config, then the pod's service account. */
export interface ClusterAccess {
  /** The text of a kubeconfig, or the path of one. */
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
  /** Answers that the caller handles itself, so that they are not asked for again. */
  final?: readonly number[];
}

/** The one door to a Kubernetes API server. Objects pass as they are: no field is dropped for being unknown. */
export interface KubernetesApi {
  /** The server's address, to tell clusters apart. */
  readonly server: string;
  /** The kubeconfig's name for it, for people. */
  readonly context?: string;
  request<Answer>(call: ApiCall): Promise<Answer>;
}

/** What every object has. */
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
  managedFields?: { manager?: string; operation?: string; time?: string; fieldsV1?: unknown }[];
}

/** An answer other than success, with the server's own words. */
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
    /** In two words: `connection refused`. */
    readonly reason?: string,
  ) {
    super(message);
  }
}

export function hasStatus(error: unknown, status: number): error is ApiError {
  return error instanceof ApiError && error.status === status;
}

/** Whether RBAC denied the caller, rather than a quota, a policy or a webhook the object. */
export function isMissingRight(error: unknown): boolean {
  return hasStatus(error, 403) && /cannot \w+ resource "/.test(error.serverMessage);
}

const pageSize = 500;

/** Every object of a list, page by page; one that expired half-way is asked for anew in one piece, which can't expire. */
export async function listAll<Item>(
  api: KubernetesApi,
  path: string,
  options: { query?: ApiCall["query"]; metadataOnly?: boolean } = {},
): Promise<Item[]> {
  const items: Item[] = [];
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
      items.push(...(page.items ?? []));
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
