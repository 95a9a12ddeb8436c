import { generateKeyPairSync, randomBytes } from "node:crypto";
import { copyFile, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Progress } from "../builds/progress.js";
import type { ControlPlaneOptions } from "./claimCluster.js";
import { type ClusterState, kubeconfigPath } from "./clusterState.js";
import {
  apiServerUrl,
  egressConfig,
  egressConfigPath,
  injectionWebhookName,
  istiodName,
  istiodPorts,
  istiodsOf,
} from "./component.js";
import { launch, throwIfEnded } from "./componentProcess.js";
import { mountInjector } from "./istiodFiles.js";
import { istioObjects } from "./istioObjects.js";
import { releaseValues } from "./istioRelease.js";
import { eventually, KubeApi, type KubeObject } from "./kubeApi.js";
import { nodeObject } from "./nodeObject.js";
import { requireRelease } from "./requireRelease.js";
import { waitUntilInjecting } from "./waitUntilInjecting.js";
import { writeKubeconfig } from "./writeKubeconfig.js";

const NODES = 5;

/** Starts every component of a cluster in order, and returns when pods are injected. */
export async function bringUp(
  state: ClusterState,
  options: ControlPlaneOptions,
  progress: Progress,
): Promise<void> {
  const started = Date.now();
  const step = (what: string) => progress(`${((Date.now() - started) / 1000).toFixed(1)} s: ${what}`);
  const token = await writeSecrets(state);
  const detached = options.detached;

  step(`starting etcd and kube-apiserver on ports from ${state.portBase}`);
  await launch(state, "etcd", detached);
  if (state.replicas.length > 0) {
    await writeFile(egressConfigPath(state), JSON.stringify(egressConfig(state)));
    await launch(state, "egress", detached);
  }
  await launch(state, "kube-apiserver", detached);
  const rendered = Promise.all(
    [undefined, ...state.revisions].map((revision) => renderIstio(state, options, revision)),
  );
  // Until it is awaited below, a failure of it must not count as unhandled.
  rendered.catch(() => {});

  const giveUp = () => throwIfEnded(state);
  // the key is written after the certificate, which by then is whole
  const certificates = join(state.directory, "certificates");
  await eventually(
    "kube-apiserver writes its certificate",
    120,
    async () => (await readFile(join(certificates, "apiserver.key"), "utf8")) || undefined,
    giveUp,
  );
  const ca = await readFile(join(certificates, "apiserver.crt"), "utf8");
  const server = apiServerUrl(state);
  await writeKubeconfig(kubeconfigPath(state), { name: state.name, server, ca, token });
  const api = new KubeApi(server, ca, token);
  try {
    await eventually(
      "kube-apiserver answers",
      120,
      () => api.request("GET", "/api/v1/namespaces/default"),
      giveUp,
    );
    // the controller manager gives up when this takes more than ten seconds
    await eventually("kube-apiserver is healthy", 120, () => api.request("GET", "/healthz"), giveUp);

    step("starting the controllers, applying nodes and Istio");
    for (const component of ["kube-controller-manager", "kube-scheduler", "kwok"] as const) {
      await launch(state, component, detached);
    }
    const nodes = Array.from({ length: NODES }, (_, index) =>
      nodeObject(`node-${index + 1}`, state.sidecars),
    );
    await Promise.all(nodes.map((node) => api.request("POST", "/api/v1/nodes", node)));
    await applyIstio(api, (await rendered).flat());

    step("starting istiod");
    await mountInjector(api, state);
    for (const component of istiodsOf(state)) await launch(state, component, detached);
    const webhooks = [undefined, ...state.revisions].map(injectionWebhookName);
    const { sidecars, revisions } = state;
    await waitUntilInjecting(
      api,
      { sidecars, revisions, istioValues: options.istioValues, webhooks },
      giveUp,
    );
    if (options.istio !== undefined)
      for (const component of istiodsOf(state))
        await requireRelease(
          options.istio,
          `http://127.0.0.1:${istiodPorts(state, istiodName(component)).monitoring}`,
        );
    await eventually("kube-apiserver is ready", 60, () => api.request("GET", "/readyz"), giveUp);
    if (state.audit !== undefined) {
      const { audit } = state;
      await eventually("requests are logged", 10, async () => (await stat(audit)).size > 0 || undefined);
    }
  } finally {
    api.close();
  }
  if (state.kubeconfigCopy !== undefined) await copyFile(kubeconfigPath(state), state.kubeconfigCopy);
  step("ready");
}

async function writeSecrets(state: ClusterState): Promise<string> {
  const file = (name: string) => join(state.directory, name);
  const token = randomBytes(32).toString("hex");
  const keys = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "sec1", format: "pem" },
  });
  await writeFile(file("tokens.csv"), `${token},sidecar-test-admin,sidecar-test-admin,system:masters\n`, {
    mode: 0o600,
  });
  await writeFile(file("service-account.key"), keys.privateKey, { mode: 0o600 });
  await writeFile(file("service-account.pub"), keys.publicKey, { mode: 0o600 });
  return token;
}

function renderIstio(state: ClusterState, options: ControlPlaneOptions, revision: string | undefined) {
  const injectionPort = istiodPorts(state, revision).injection;
  const images = Object.entries(options.istio === undefined ? {} : releaseValues(options.istio)).map(
    ([key, value]) => `${key}=${value}`,
  );
  return istioObjects(state.istiod, { injectionPort, revision, values: [...images, ...options.istioValues] });
}

async function applyIstio(api: KubeApi, objects: readonly KubeObject[]): Promise<void> {
  await api.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "istio-system" } });
  const unique = new Map(
    objects.map((object) => [`${object.kind}/${object.metadata.namespace}/${object.metadata.name}`, object]),
  );
  await Promise.all([...unique.values()].map((object) => api.apply(object)));
}
