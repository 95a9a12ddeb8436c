import { connect } from "../../provider/cluster/connect";
import { dryRunPod } from "../../provider/cluster/dryRunPod";
import {
  ApiError,
  hasStatus,
  type KubernetesApi,
  type ObjectMeta,
} from "../../provider/cluster/KubernetesApi";
import { allContainers, type Pod } from "../../provider/cluster/podTemplate";
import type { InjectorData } from "../../provider/configMap/InjectorData";
import { canonicalJson } from "../../provider/data/canonicalJson";
import { readInjector, writeInjector } from "../../provider/injector/Injector";
import { previewAnnotation, stampAnnotation } from "../../provider/pod/podAnnotations";
import { istioVersion, releaseOf } from "../../provider/template/istioVersion";
import { injected, injectorAtHand, lawsLabel } from "./injectorAtHand";
import type { IstioPod } from "./istioPods";

const generation = "test/generation";

/** A cluster that is there already may have several istiods, one of which takes a ConfigMap up before another. */
const answersInRow = process.env.SIDECAR_TEST_KUBECONFIG ? 10 : 1;

/** The real injector, asked about pods under one ConfigMap after another. */
export class Injection {
  private written = 0;

  private constructor(
    private readonly api: KubernetesApi,
    /** The ConfigMap as Istio was installed. */
    readonly installed: InjectorData,
  ) {}

  /** The injector's release of Istio; undefined where images are tagged `latest`. */
  get release(): string | undefined {
    return releaseOf(istioVersion(this.installed));
  }

  static async open(kubeconfig: string, namespaces: readonly string[]): Promise<Injection> {
    const api = await connect({ kubeconfig });
    for (const name of namespaces) await createLawsNamespace(api, name);
    const { data } = await readInjector(api, injectorAtHand);
    return new Injection(api, data);
  }

  /** Pod -> what the injector makes of it, comparable; a denied pod -> the denial. */
  async inject(
    data: InjectorData,
    namespace: string,
    pods: readonly IstioPod[],
  ): Promise<Map<string, string>> {
    await this.write(data, namespace);
    return this.ask(namespace, pods);
  }

  /** The same from the ConfigMap that is there. */
  async ask(namespace: string, pods: readonly IstioPod[]): Promise<Map<string, string>> {
    const results = new Map<string, string>();
    const queue = [...pods];
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (let pod = queue.shift(); pod; pod = queue.shift()) {
          results.set(pod.name, await this.answer(namespace, pod));
        }
      }),
    );
    return results;
  }

  private async answer(namespace: string, { template }: IstioPod): Promise<string> {
    try {
      return comparable(
        await dryRunPod(this.api, namespace, {
          ...template,
          spec: { ...template.spec, serviceAccountName: "default", serviceAccount: "default" },
        }),
      );
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // the list of templates that exist comes in random order, and ours are among them
      return `denied: ${error.serverMessage.replace(/sidecar-settings-\w*/g, "NAME").replace(/; have .*/s, "")}`;
    }
  }

  // an annotation of its own tells when the injector has taken up exactly this ConfigMap
  private async write(data: InjectorData, namespace: string): Promise<void> {
    const mark = `${++this.written}`;
    const config = data.config.replace(
      /^injectedAnnotations:.*$/m,
      `injectedAnnotations: {"${generation}": "${mark}"}`,
    );
    if (config === data.config) throw new Error("the injector's config has no injectedAnnotations to mark");
    const current = await readInjector(this.api, injectorAtHand);
    await writeInjector(this.api, injectorAtHand, current, { config, values: data.values });
    const plain = { metadata: {}, spec: { containers: [{ name: "app", image: "app" }] } };
    let inRow = 0;
    for (let tries = 0; tries < 200; tries++) {
      const pod = await dryRunPod(this.api, namespace, plain).catch(() => undefined);
      inRow = pod?.metadata.annotations?.[generation] === mark ? inRow + 1 : 0;
      if (inRow === answersInRow) return;
      if (inRow === 0) await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("the injector did not take up the ConfigMap in 20 s");
  }
}

/** A namespace that the injector at hand injects, and that is not somebody else's. */
export async function createLawsNamespace(api: KubernetesApi, name: string): Promise<void> {
  await createNamespace(api, name, { ...injected, [lawsLabel]: "true" });
  const path = `/api/v1/namespaces/${name}`;
  const { metadata } = await api.request<{ metadata: ObjectMeta }>({ method: "GET", path });
  if (metadata.labels?.[lawsLabel] === undefined)
    throw new Error(
      `expected no namespace ${name} but the laws' own, got one without the label ${lawsLabel}`,
    );
}

export async function createNamespace(
  api: KubernetesApi,
  name: string,
  labels: Readonly<Record<string, string>> = { "istio-injection": "enabled" },
): Promise<void> {
  const body = { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
  await api.request({ method: "POST", path: "/api/v1/namespaces", body }).catch((error: unknown) => {
    if (!hasStatus(error, 409)) throw error;
  });
  const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default" } };
  await api
    .request({ method: "POST", path: `/api/v1/namespaces/${name}/serviceaccounts`, body: account })
    .catch((error: unknown) => {
      if (!hasStatus(error, 409)) throw error;
    });
}

/** Apart from random names, the stamp, what a dry run is asked with, and the order and spacing that protobuf's JSON leaves open. */
function comparable(pod: Pod): string {
  const {
    [stampAnnotation]: _stamp,
    [previewAnnotation]: _preview,
    [generation]: _generation,
    ...annotations
  } = pod.metadata.annotations ?? {};
  for (const container of allContainers(pod.spec)) {
    for (const variable of container.env ?? []) {
      if (variable.name === "PROXY_CONFIG")
        variable.value = canonicalJson(JSON.parse(variable.value ?? "{}"));
    }
  }
  return canonicalJson({ annotations, labels: pod.metadata.labels ?? {}, spec: pod.spec })
    .replace(/kube-api-access-\w+/g, "kube-api-access")
    .replace(/sidecar-settings-\w{5}\b/g, "NAME")
    .replace(/"name":"sidecar-settings-"/g, '"name":"NAME"');
}
