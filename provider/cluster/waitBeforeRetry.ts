import { type ApiCall, ApiError, UnreachableError } from "./KubernetesApi.js";

const longestBackoff = 5_000;
/** With backoff, about as long as a failing server needs to recover. */
const mostAgain = 5;

/**
 * How long to wait before retrying a request, in ms; undefined if it must not be retried. All our writes are safe to repeat: they carry a
 * resourceVersion or a uid, are dry runs, or set one value. `refreshed`: credentials were already renewed for this request.
 */
export function waitBeforeRetry(
  error: unknown,
  call: Pick<ApiCall, "method" | "final">,
  attempt: number,
  refreshed = false,
): number | undefined {
  const backoff = Math.min(longestBackoff, 200 * 2 ** attempt);
  if (error instanceof UnreachableError) return backoff;
  if (!(error instanceof ApiError) || call.final?.includes(error.status)) return undefined;
  // credentials may expire at any attempt, and new ones get one try
  if (error.status === 401) return refreshed ? undefined : 0;
  // honoured even if our backoff is shorter
  const retryAfter = error.retryAfterSeconds === undefined ? undefined : error.retryAfterSeconds * 1000;
  if (isTransient(error)) return retryAfter ?? backoff;
  if (webhookAway(error) !== undefined) return attempt < mostAgain ? backoff : undefined;
  if (error.status < 500 || isAdmission(error)) return undefined;
  if (retryAfter !== undefined) return retryAfter;
  return call.method === "GET" && attempt < mostAgain ? backoff : undefined;
}

/** Whether the error is not about the request itself: the server, or the network, is busy, restarting or away. */
export function isTransient(error: unknown): boolean {
  if (error instanceof UnreachableError) return true;
  if (!(error instanceof ApiError) || isAdmission(error)) return false;
  const { status, serverMessage } = error;
  if (status === 429 || (status >= 502 && status <= 504)) return true;
  if (status === 500) return /\betcdserver: /.test(serverMessage);
  // its admission plugins have not synced yet
  return status === 403 && serverMessage.includes("not yet ready to handle request");
}

/** The webhook that the API server could not reach, or that did not answer in time; undefined for any other error. */
export function webhookAway(error: unknown): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  return /failed calling webhook "([^"]*)"/.exec(error.serverMessage)?.[1];
}

// a webhook may answer with any status; retrying would only hide its message
function isAdmission(error: ApiError): boolean {
  return error.serverMessage.includes("denied the request") || webhookAway(error) !== undefined;
}
