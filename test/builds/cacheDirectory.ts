import { homedir } from "node:os";
import { join } from "node:path";

export function cacheDirectory(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "pulumi-istio-sidecar");
}
