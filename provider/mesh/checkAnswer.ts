import { injectedPods } from "../cluster/injectedPods.js";
import { injectingRevision } from "../cluster/injectingRevision.js";
import type { KubernetesApi } from "../cluster/KubernetesApi.js";
import { getsSettings } from "../configMap/podTemplates.js";
import { stampsIn } from "../configMap/stampsIn.js";
import { ask, hasDueStamp, type Probe, probesOf, withoutSidecar } from "../injector/askInjector.js";
import { askReplicas, replicasBehind } from "../injector/askReplicas.js";
import { type Injector, revisionOf } from "../injector/Injector.js";
import { type Finding, ok, problem, skipped, warning } from "./Finding.js";
import type { FoundInjector } from "./findInjectors.js";
import { unreadable } from "./unreadable.js";

/** Asks the injector, and each istiod replica directly, to inject a pod, and compares the stamp with the ConfigMap's settings. */
export async function checkAnswer(
  api: KubernetesApi,
  found: FoundInjector,
  only: string | undefined,
): Promise<Finding[]> {
  const { injector, configMap } = found;
  const check = "answer";
  try {
    const namespace = only ?? (await someNamespace(api, revisionOf(injector)));
    if (namespace === undefined) {
      const why = `no namespace has sidecars of revision ${revisionOf(injector)}: name one with --namespace`;
      return [skipped(check, why)];
    }
    const probes = await probesOf(api, namespace, injector);
    const probe = await injectedProbe(api, found, namespace, probes);
    if (!probe) return [skipped(check, "nothing to ask about")];
    const due: Question["due"] = (labels) => stampsIn(configMap.data)(namespace, labels);
    const expected = due(probe.template.metadata?.labels);
    const asked = await askReplicas(api, injector, namespace, probe);
    const question = { api, injector, namespace, probe, due, expected, asked };
    return [await answer(question), agreement(question)];
  } catch (error) {
    return [unreadable(check, error)];
  }
}

/** The plain pod; or, if a webhook with a selector of its own leaves that out, a workload's pod that gets a sidecar. */
async function injectedProbe(
  api: KubernetesApi,
  { injector, configMap }: FoundInjector,
  namespace: string,
  [plain, ...rest]: readonly Probe[],
): Promise<Probe | undefined> {
  if (!plain || (await ask(api, injector, namespace, plain)).outcome !== "not injected") return plain;
  for (const probe of rest) {
    if (!getsSettings(configMap.data.config, probe.template.metadata?.annotations)) continue;
    if ((await ask(api, injector, namespace, probe)).outcome === "injected") return probe;
  }
  return plain;
}

interface Question {
  api: KubernetesApi;
  injector: Injector;
  namespace: string;
  probe: Probe;
  /** The stamp of the settings in the ConfigMap, for pods with these labels and for the probe. */
  due: Parameters<typeof hasDueStamp>[2];
  expected: string | undefined;
  /** What each istiod replica answers. */
  asked: Awaited<ReturnType<typeof askReplicas>>;
}

const staleIstiod =
  'wait, some installs take 90 s; then see istiod\'s log for "failed to read injection config"';

async function answer(question: Question): Promise<Finding> {
  const { api, injector, namespace, probe, due, expected } = question;
  const check = "answer";
  const given = await ask(api, injector, namespace, probe);
  switch (given.outcome) {
    case "injected":
      return hasDueStamp(given, probe, due)
        ? ok(
            check,
            expected === undefined
              ? `istiod injects a test pod in ${namespace} (dry run)`
              : `a test pod in ${namespace} gets these settings (dry run)`,
          )
        : problem(
            check,
            `a pod in ${namespace} would get other settings than the ConfigMap has`,
            staleIstiod,
          );
    case "not injected":
      return warning(check, `a pod in ${namespace} would get no sidecar of this injector`);
    case "unasked":
      return skipped(check, given.why);
    case "denied":
      return deniedAnswer(question, given.message);
    default:
      return problem(check, `a pod in ${namespace} can't be created: ${given.message}`);
  }
}

/** A namespace may deny the test pod for other reasons, such as a quota: then ask istiod itself. */
async function deniedAnswer(
  { api, injector, namespace, probe, expected, asked }: Question,
  denial: string,
): Promise<Finding> {
  const check = "answer";
  const bare = await ask(api, injector, namespace, withoutSidecar(probe));
  if (bare.outcome !== "denied")
    return problem(check, `a pod in ${namespace} can't be created with a sidecar: ${denial}`);
  const stamps =
    "answers" in asked ? asked.answers.flatMap((one) => ("stamp" in one ? [one.stamp] : [])) : [];
  const why = `namespace ${namespace} admits no plain pod, with or without a sidecar (${denial})`;
  if (stamps.length === 0) return skipped(check, `${why}; asking istiod directly takes create on pods/proxy`);
  return stamps.every((stamp) => stamp === expected)
    ? ok(check, `istiod gives a pod in ${namespace} what the ConfigMap has; ${why}`)
    : problem(
        check,
        `istiod gives a pod in ${namespace} other settings than the ConfigMap has; ${why}`,
        staleIstiod,
      );
}

function agreement({ namespace, expected, asked }: Question): Finding {
  const check = "replicas";
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
