import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { KubeObject } from "./kubeApi.js";

// istiod is a process here, not a pod; and a validating webhook would point at a Service with nothing behind it.
const LEFT_OUT = new Set([
  "Deployment",
  "HorizontalPodAutoscaler",
  "PodDisruptionBudget",
  "ValidatingWebhookConfiguration",
]);

/** Of Istio's own kinds the only one that injection reads. The others would cost the API server two seconds on every start. */
const PROXY_CONFIG = "proxyconfigs.networking.istio.io";

/** What an Istio installation with these values holds, apart from istiod itself. */
export async function istioObjects(
  binary: string,
  options: { injectionPort: number; revision: string | undefined; values: readonly string[] },
): Promise<KubeObject[]> {
  const values = [
    "profile=minimal",
    ...options.values,
    `values.istiodRemote.injectionURL=https://localhost:${options.injectionPort}/inject`,
    ...(options.revision === undefined ? [] : [`revision=${options.revision}`]),
  ];
  const args = ["manifests", ...values.flatMap((value) => ["--set", value])];
  const { stdout } = await promisify(execFile)(binary, args, { maxBuffer: 1 << 26 });
  const list = JSON.parse(stdout) as { items: KubeObject[] };
  return list.items.filter(
    ({ kind, metadata }) =>
      !LEFT_OUT.has(kind) && (kind !== "CustomResourceDefinition" || metadata.name === PROXY_CONFIG),
  );
}
