import { type ApiCall, ApiError, UnreachableError } from "./KubernetesApi.js";

const longestBackoff = 5_000;
/** Gives a failing server about as long as it needs to recover. */
const mostReadsAgain = 5;

/**
 * How long to wait before a request is sent once more, in ms; undefined where its answer stands. Every write of ours is safe to
 * send twice: it carries a resourceVersion or a uid, is a dry run, or sets one value. `refreshed`: the credentials were renewed for
 * this request already.
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
  // credentials may expire at any attempt, and new ones deserve one try
  if (error.status === 401) return refreshed ? undefined : 0;
  // honoured even when our own backoff would be shorter
  const told = error.retryAfterSeconds === undefined ? undefined : error.retryAfterSeconds * 1000;
  if (isTransient(error)) return told ?? backoff;
  if (error.status < 500 || isAdmission(error)) return undefined;
  if (told !== undefined) return told;
  return call.method === "GET" && attempt < mostReadsAgain ? backoff : undefined;
}

/** Whether the error says nothing of the request itself: the server, or the way to it, is busy, restarting or away. */
export function isTransient(error: unknown): boolean {
  if (error instanceof UnreachableError) return true;
  if (!(error instanceof ApiError) || isAdmission(error)) return false;
  const { status, serverMessage } = error;
  if (status === 429 || (status >= 502 && status <= 504)) return true;
  if (status === 500) return /\betcdserver: /.test(serverMessage);
  // its admission plugins have not seen the cluster yet
  return status === 403 && serverMessage.includes("not yet ready to handle request");
}

// a webhook may answer with any status; asking again would only hide what it says
function isAdmission({ serverMessage }: ApiError): boolean {
  return serverMessage.includes("denied the request") || serverMessage.includes("failed calling webhook");
}
