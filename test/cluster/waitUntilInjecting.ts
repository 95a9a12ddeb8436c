import type { Sidecars } from "./clusterState.js";
import { eventually, type KubeApi } from "./kubeApi.js";

const PROBE = "sidecar-test-probe";
const PODS = "/api/v1/namespaces/default/pods";

interface Pod {
  spec: { containers: { name: string }[]; initContainers?: { name: string }[] };
  status?: { conditions?: { type: string; status: string }[] };
}

interface WebhookConfiguration {
  webhooks: { clientConfig: { caBundle?: string } }[];
}

/** Returns once istiod, asked through the API server, gives the sidecar where it belongs, and pods come up and go. */
export async function waitUntilInjecting(
  api: KubeApi,
  sidecars: Sidecars,
  revisions: readonly string[],
  webhooks: readonly string[],
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
    await probe(api, sidecars, revision, giveUp);
  }
}

// The pod asks for its sidecar by label, and lives in a namespace that is there anyway: making one and taking it away
// again costs 5 s, since the namespace controller waits that long.
async function probe(
  api: KubeApi,
  sidecars: Sidecars,
  revision: string | undefined,
  giveUp: () => void,
): Promise<void> {
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
  await eventually(
    `a pod labelled ${JSON.stringify(labels)} gets a ${sidecars} sidecar`,
    60,
    async () => {
      const answer = await api.request<Pod>("POST", `${PODS}?dryRun=All`, pod);
      return sidecarsOf(answer) === sidecars || undefined;
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
}

function sidecarsOf({ spec }: Pod): Sidecars | undefined {
  if (spec.initContainers?.some(({ name }) => name === "istio-proxy")) return "native";
  return spec.containers.some(({ name }) => name === "istio-proxy") ? "classic" : undefined;
}
