import { injectedPods } from "../cluster/injectedPods.js";
import { injectingRevision } from "../cluster/injectingRevision.js";
import { hasStatus, type KubernetesApi, listAll, type ObjectMeta } from "../cluster/KubernetesApi.js";
import type { Workload } from "../cluster/workloads.js";
import { compose } from "../configMap/compose.js";
import { InjectorRefusal, named } from "../configMap/InjectorRefusal.js";
import { layersOf } from "../configMap/layersOf.js";
import { stampFor } from "../configMap/stampsIn.js";
import { unknownRelease } from "../configMap/unknownRelease.js";
import { ask, type Probe, probesOf, withoutSidecar } from "../injector/askInjector.js";
import { askReplicas, replicasBehind } from "../injector/askReplicas.js";
import {
  configMapName,
  type Injector,
  injectorName,
  lastWriter,
  nameOf,
  revisionOf,
} from "../injector/Injector.js";
import { globalTarget } from "../levels/Layer.js";
import { stampAnnotation } from "../pod/podAnnotations.js";
import { readiness } from "../rollout/observe/rolloutStatus.js";
import { istioVersion } from "../template/istioVersion.js";
import { type Finding, ok, problem, skipped, warning } from "./Finding.js";
import { type FoundInjector, findInjectors } from "./findInjectors.js";
import { bindRoles, findRights } from "./findRights.js";
import { layerOwners } from "./layerOwners.js";
import type { Scope } from "./readMeshStatus.js";
import type { StackState } from "./readStackState.js";

/**
 * Checks everything that settings need to reach pods. With a stack's state, also checks whether its program still has its layers.
 * Read-only.
 */
export async function diagnose(api: KubernetesApi, scope: Scope, state?: StackState): Promise<Finding[]> {
  const findings: Finding[] = [await apiServer(api)];
  const { found, notes } = await findInjectors(api, scope.injectorNamespace, scope.revision);
  findings.push(
    ...notes.map((note) =>
      problem(
        "injector",
        note,
        note.includes("cannot get")
          ? bindRoles
          : "install Istio, or point to it with --injector-namespace and --revision",
      ),
    ),
  );
  for (const one of found) {
    findings.push(known(one), await intact(api, one), ...owners(one, state));
    findings.push(await replicas(api, one), await webhook(api, one));
    findings.push(...(await answering(api, one, scope.namespace)));
  }
  findings.push(...(await findRights(api, scope)));
  return findings;
}

async function apiServer(api: KubernetesApi): Promise<Finding> {
  const version = await api.request<{ gitVersion?: string }>({ method: "GET", path: "/version" });
  return ok("API server", `${api.server}, Kubernetes ${version.gitVersion ?? "of an unknown version"}`);
}

function known({ injector, configMap: { data } }: FoundInjector): Finding {
  const unknown = unknownRelease(data);
  return unknown === undefined
    ? ok(
        "injector",
        `${injectorName(injector)}, Istio ${istioVersion(data) ?? "of a release with newer settings"}`,
      )
    : warning("injector", `ConfigMap ${injectorName(injector)}: ${unknown}`);
}

/** Whether the ConfigMap is byte for byte what would be written now. */
async function intact(api: KubernetesApi, { injector, configMap }: FoundInjector): Promise<Finding> {
  const name = nameOf(configMap, injector);
  try {
    const layers = layersOf(configMap.data);
    const count = Object.keys(layers).length;
    const composed = named(name, () => {
      // `up` would refuse such an injector, so report it now
      if (count === 0) compose(configMap.data, { [globalTarget]: { owner: "doctor", settings: {} } });
      return compose(configMap.data, layers);
    });
    if (count === 0) {
      const stamped = await podsWithSettings(api, revisionOf(injector));
      return stamped === 0
        ? ok("settings", `${name} has none yet, and can take some`)
        : problem(
            "settings",
            `${name} has none, but ${stamped} pods run with some: ${lastWriter(configMap)} rewrote it`,
            "run pulumi up to restore them; pods that still have them are not restarted",
          );
    }
    if (composed.config !== configMap.data.config || composed.values !== configMap.data.values) {
      return problem(
        "settings",
        `${name} has ${count} layers, and its templates are not those of this version: ${lastWriter(configMap)} wrote it, or another version of the package`,
        "run pulumi up to write them again",
      );
    }
    return ok("settings", `${name} has ${count} ${count === 1 ? "layer" : "layers"}, as they were written`);
  } catch (error) {
    if (!(error instanceof InjectorRefusal)) return unreadable("settings", error);
    return problem("settings", error.message, `${lastWriter(configMap)} wrote it last`);
  }
}

function owners({ injector, configMap: { data } }: FoundInjector, state: StackState | undefined): Finding[] {
  try {
    return layerOwners(injectorName(injector), layersOf(data), state);
  } catch (error) {
    // already reported as a finding about the settings
    if (error instanceof InjectorRefusal) return [];
    throw error;
  }
}

async function podsWithSettings(api: KubernetesApi, revision: string): Promise<number> {
  const pods = [...(await injectedPods(api)).values()].flat();
  return pods.filter(
    (pod) => injectingRevision(pod) === revision && pod.annotations?.[stampAnnotation] !== undefined,
  ).length;
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
  webhooks?: { failurePolicy?: string; clientConfig?: { caBundle?: string } }[];
}

async function webhook(api: KubernetesApi, { injector }: FoundInjector): Promise<Finding> {
  const check = "webhook";
  try {
    const all = await listAll<Webhooks>(
      api,
      "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
    );
    const ours = all.filter(
      ({ metadata }) =>
        metadata.name.startsWith(configMapName(injector)) ||
        metadata.labels?.["istio.io/rev"] === revisionOf(injector),
    );
    if (ours.length === 0)
      return problem(
        check,
        `no webhook for revision ${revisionOf(injector)}`,
        "reinstall Istio: nothing calls the injector",
      );
    const bare = ours.filter(({ webhooks = [] }) =>
      webhooks.some(({ clientConfig }) => !clientConfig?.caBundle),
    );
    const names = ours.map(({ metadata }) => metadata.name).join(", ");
    return bare.length > 0
      ? problem(check, `${names}: no certificate yet`, "see istiod's log: the API server can't call it")
      : ok(check, names);
  } catch (error) {
    return unreadable(check, error);
  }
}

/** Asks the injector, and each istiod replica directly, to inject a pod, and compares the stamp with the ConfigMap's settings. */
async function answering(
  api: KubernetesApi,
  { injector, configMap: { data } }: FoundInjector,
  only: string | undefined,
): Promise<Finding[]> {
  const check = "answer";
  try {
    const namespace = only ?? (await someNamespace(api, revisionOf(injector)));
    if (namespace === undefined) {
      const why = `no namespace has sidecars of revision ${revisionOf(injector)}: name one with --namespace`;
      return [skipped(check, why)];
    }
    const [probe] = await probesOf(api, namespace, injector);
    if (!probe) return [skipped(check, "nothing to ask about")];
    const expected = stampFor(data, namespace, probe.template.metadata?.labels);
    const about = { namespace, probe, expected };
    return [await answer(api, injector, about), await agreement(api, injector, about)];
  } catch (error) {
    return [unreadable(check, error)];
  }
}

interface Question {
  namespace: string;
  probe: Probe;
  /** The stamp of the settings in the ConfigMap. */
  expected: string | undefined;
}

async function answer(
  api: KubernetesApi,
  injector: Injector,
  { namespace, probe, expected }: Question,
): Promise<Finding> {
  const check = "answer";
  const given = await ask(api, injector, namespace, probe);
  switch (given.outcome) {
    case "injected":
      return given.stamp === expected
        ? ok(
            check,
            expected === undefined
              ? `istiod injects a test pod in ${namespace} (dry run)`
              : `a test pod in ${namespace} gets these settings (dry run)`,
          )
        : problem(
            check,
            `a pod in ${namespace} would get other settings than the ConfigMap has`,
            'wait, some installs take 90 s; then see istiod\'s log for "failed to read injection config"',
          );
    case "not injected":
      return warning(check, `a pod in ${namespace} would get no sidecar of this injector`);
    case "unasked":
      return skipped(check, given.why);
    case "denied":
      return deniedAnswer(api, injector, { namespace, probe, expected }, given.message);
    default:
      return problem(check, `a pod in ${namespace} can't be created: ${given.message}`);
  }
}

/** A namespace may deny the test pod for other reasons, such as a quota: then ask istiod itself. */
async function deniedAnswer(
  api: KubernetesApi,
  injector: Injector,
  { namespace, probe, expected }: Question,
  denial: string,
): Promise<Finding> {
  const check = "answer";
  const bare = await ask(api, injector, namespace, withoutSidecar(probe));
  if (bare.outcome !== "denied")
    return problem(check, `a pod in ${namespace} can't be created with a sidecar: ${denial}`);
  const asked = await askReplicas(api, injector, namespace, probe);
  const stamps =
    "answers" in asked ? asked.answers.flatMap((one) => ("stamp" in one ? [one.stamp] : [])) : [];
  const why = `namespace ${namespace} admits no plain pod, with or without a sidecar (${denial})`;
  if (stamps.length === 0) return skipped(check, `${why}; asking istiod directly takes create on pods/proxy`);
  return stamps.every((stamp) => stamp === expected)
    ? ok(check, `istiod gives a pod in ${namespace} what the ConfigMap has; ${why}`)
    : problem(
        check,
        `istiod gives a pod in ${namespace} other settings than the ConfigMap has; ${why}`,
        'wait, some installs take 90 s; then see istiod\'s log for "failed to read injection config"',
      );
}

async function agreement(
  api: KubernetesApi,
  injector: Injector,
  { namespace, probe, expected }: Question,
): Promise<Finding> {
  const check = "replicas";
  const asked = await askReplicas(api, injector, namespace, probe);
  if ("message" in asked)
    return skipped(check, `asking each istiod takes create on pods/proxy: ${asked.message}`);
  const { answers } = asked;
  if (answers.length === 0) return skipped(check, "no ready istiod runs as a pod in this cluster");
  const failed = answers.flatMap((one) =>
    one.outcome === "failed" ? [`${one.replica} did not answer: ${one.message}`] : [],
  );
  const behind = replicasBehind(answers, expected);
  if (behind.length > 0)
    return problem(
      check,
      `${behind.join(", ")} of ${answers.length} would give a pod in ${namespace} other settings than the ConfigMap has`,
      'wait, a mounted ConfigMap takes 90 s; then see the log there for "failed to read injection config", or restart it',
    );
  if (failed.length > 0) return warning(check, failed.join("; "));
  return ok(
    check,
    answers.length === 1 ? "the one istiod replica agrees" : `all ${answers.length} istiod replicas agree`,
  );
}

async function someNamespace(api: KubernetesApi, revision: string): Promise<string | undefined> {
  const pods = await injectedPods(api);
  return [...pods].find(([, all]) => all.some((pod) => injectingRevision(pod) === revision))?.[0];
}

function unreadable(check: string, error: unknown): Finding {
  if (!hasStatus(error, 403)) throw error;
  return skipped(check, error.serverMessage);
}
