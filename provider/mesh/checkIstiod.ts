import { type KubernetesApi, listAll, type ObjectMeta } from "../cluster/KubernetesApi.js";
import type { Workload } from "../cluster/workloads.js";
import { configMapName, revisionOf } from "../injector/Injector.js";
import { readiness } from "../rollout/observe/rolloutStatus.js";
import { type Finding, ok, problem, warning } from "./Finding.js";
import type { FoundInjector } from "./findInjectors.js";
import { unreadable } from "./unreadable.js";

/** Whether istiod runs, and whether the API server calls it. */
export async function checkIstiod(api: KubernetesApi, found: FoundInjector): Promise<Finding[]> {
  return [await replicas(api, found), await webhook(api, found)];
}

async function replicas(api: KubernetesApi, { injector }: FoundInjector): Promise<Finding> {
  const revision = revisionOf(injector);
  const check = "istiod";
  try {
    const found = await listAll<Workload>(
      api,
      `/apis/apps/v1/namespaces/${encodeURIComponent(injector.namespace)}/deployments`,
      { query: { labelSelector: `app=istiod,istio.io/rev=${revision}` } },
    );
    const [istiod] = found;
    if (!istiod)
      return warning(
        check,
        `no istiod Deployment with revision ${revision} in ${injector.namespace}`,
        "nothing to do if istiod runs outside this cluster",
      );
    const { wanted, ready } = readiness({ ...istiod, kind: "Deployment" });
    const text = `${istiod.metadata.name}: ${ready} of ${wanted} replicas ready`;
    return ready >= wanted && wanted > 0
      ? ok(check, text)
      : problem(check, text, "see kubectl describe: without istiod no pod with a sidecar can be created");
  } catch (error) {
    return unreadable(check, error);
  }
}

interface Webhooks {
  metadata: ObjectMeta;
  webhooks?: { clientConfig?: { caBundle?: string; url?: string } }[];
}

async function webhook(api: KubernetesApi, { injector }: FoundInjector): Promise<Finding> {
  const check = "webhook";
  try {
    const all = await listAll<Webhooks>(
      api,
      "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
    );
    // names tell only where labels don't: the default one's is the beginning of each revision's
    const ours = all.filter(({ metadata: { name, labels = {} } }) => {
      const { "istio.io/rev": revision } = labels;
      return revision === undefined
        ? name.startsWith(configMapName(injector))
        : revision === revisionOf(injector);
    });
    if (ours.length === 0)
      return problem(
        check,
        `no webhook for revision ${revisionOf(injector)}`,
        "reinstall Istio: nothing calls the injector",
      );
    // an istiod outside of the cluster may have a certificate that everybody trusts
    const bare = ours.filter(({ webhooks = [] }) =>
      webhooks.some(({ clientConfig }) => !clientConfig?.caBundle && !clientConfig?.url),
    );
    const names = ours.map(({ metadata }) => metadata.name).join(", ");
    return bare.length > 0
      ? problem(check, `${names}: no certificate yet`, "see istiod's log: the API server can't call it")
      : ok(check, names);
  } catch (error) {
    return unreadable(check, error);
  }
}
