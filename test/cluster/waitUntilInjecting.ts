import type { Sidecars } from "./clusterState.js";
import { ignoredValues, readInstalled } from "./istioValues.js";
import { eventually, type KubeApi } from "./kubeApi.js";

const PROBE = "sidecar-test-probe";
const PODS = "/api/v1/namespaces/default/pods";

interface Pod {
  metadata: { annotations?: Record<string, string> };
  spec: { containers: { name: string }[]; initContainers?: { name: string }[] };
  status?: { conditions?: { type: string; status: string }[] };
}

interface WebhookConfiguration {
  webhooks: { clientConfig: { caBundle?: string } }[];
}

/** What a cluster was asked to be. */
export interface Wanted {
  sidecars: Sidecars;
  revisions: readonly string[];
  istioValues: readonly string[];
  /** Every injector's webhook configuration. */
  webhooks: readonly string[];
}

/**
 * Returns once istiod, asked through the API server, gives the sidecar where it belongs, and pods come up and go. What the
 * cluster was asked to be and is not, is an error: a test would pass and show nothing.
 */
export async function waitUntilInjecting(
  api: KubeApi,
  { sidecars, revisions, istioValues, webhooks }: Wanted,
  giveUp: () => void,
): Promise<void> {
  await Promise.all(
    webhooks.map((name) =>
      eventually(
        `istiod puts its certificate into the webhook ${name}`,
        60,
        async () => {
          const path = `/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/${name}`;
          const { webhooks } = await api.request<WebhookConfiguration>("GET", path);
          return webhooks.every(({ clientConfig }) => clientConfig.caBundle) || undefined;
        },
        giveUp,
      ),
    ),
  );
  for (const revision of [undefined, ...revisions]) {
    const pod = await probe(api, sidecars, revision, giveUp);
    const initContainers = (pod.spec.initContainers ?? []).map(({ name }) => name);
    const ignored = ignoredValues(istioValues, await readInstalled(api, revision, initContainers));
    if (ignored.length > 0)
      throw new Error(`Istio${revision === undefined ? "" : ` ${revision}`} ignores ${ignored.join(", ")}`);
  }
}

// The pod asks for its sidecar by label, and lives in a namespace that is there anyway: making one and taking it away
// again costs 5 s, since the namespace controller waits that long.
async function probe(
  api: KubeApi,
  sidecars: Sidecars,
  revision: string | undefined,
  giveUp: () => void,
): Promise<Pod> {
  const name = revision === undefined ? PROBE : `${PROBE}-${revision}`;
  const labels = {
    "sidecar.istio.io/inject": "true",
    ...(revision === undefined ? {} : { "istio.io/rev": revision }),
  };
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, labels },
    spec: { containers: [{ name: "app", image: "app:1" }] },
  };
  const injected = await eventually(
    `a pod labelled ${JSON.stringify(labels)} gets a ${sidecars} sidecar of istiod ${revision ?? "default"}`,
    60,
    async () => {
      const answer = await api.request<Pod>("POST", `${PODS}?dryRun=All`, pod);
      const isWanted = sidecarsOf(answer) === sidecars && revisionOf(answer) === (revision ?? "default");
      return isWanted ? answer : undefined;
    },
    giveUp,
  );
  await api.request("POST", PODS, pod);
  await eventually(
    "a pod gets a node and becomes Ready",
    60,
    async () => {
      const { status } = await api.request<Pod>("GET", `${PODS}/${name}`);
      return (
        status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") || undefined
      );
    },
    giveUp,
  );
  await api.request("DELETE", `${PODS}/${name}?gracePeriodSeconds=0`);
  return injected;
}

function revisionOf({ metadata }: Pod): string | undefined {
  const status = metadata.annotations?.["sidecar.istio.io/status"];
  return status === undefined ? undefined : (JSON.parse(status) as { revision: string }).revision;
}

function sidecarsOf({ spec }: Pod): Sidecars | undefined {
  if (spec.initContainers?.some(({ name }) => name === "istio-proxy")) return "native";
  return spec.containers.some(({ name }) => name === "istio-proxy") ? "classic" : undefined;
}
