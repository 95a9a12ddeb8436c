import { type ApiCall, ApiError, type KubernetesApi } from "../../provider/cluster/KubernetesApi";

/** An API server that has these objects at these paths and nothing else; `POST /path` is what it answers to one. */
export function apiOf(objects: Readonly<Record<string, object>>): KubernetesApi {
  return {
    server: "https://server",
    async request<Answer>(call: ApiCall) {
      const found = objects[call.method === "GET" ? call.path : `${call.method} ${call.path}`];
      if (!found && call.method !== "GET") throw new ApiError(403, "Forbidden", "only reading", call);
      if (!found) throw new ApiError(404, "NotFound", "not found", call);
      return found as Answer;
    },
  };
}
