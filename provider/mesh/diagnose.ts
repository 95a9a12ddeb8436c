import type { KubernetesApi } from "../cluster/KubernetesApi.js";
import { configMapName } from "../injector/Injector.js";
import { checkAnswer } from "./checkAnswer.js";
import { checkIstiod } from "./checkIstiod.js";
import { checkSettings } from "./checkSettings.js";
import { type Finding, ok, problem } from "./Finding.js";
import { findInjectors } from "./findInjectors.js";
import { bindRoles, findRights } from "./findRights.js";
import type { Scope } from "./readMeshStatus.js";
import type { StackState } from "./readStackState.js";

/**
 * Checks everything that settings need to reach pods. With a stack's state, also checks whether its program still has its layers.
 * Read-only.
 */
export async function diagnose(api: KubernetesApi, scope: Scope, state?: StackState): Promise<Finding[]> {
  const findings: Finding[] = [await apiServer(api)];
  const { found, unread } = await findInjectors(api, scope.injectorNamespace, scope.revision);
  findings.push(
    ...unread.map(({ says, isForbidden }) =>
      problem(
        "injector",
        says,
        isForbidden ? bindRoles : "install Istio, or point to it with --injector-namespace and --revision",
      ),
    ),
  );
  for (const one of found) {
    findings.push(...(await checkSettings(api, one, state)));
    findings.push(...(await checkIstiod(api, one)));
    findings.push(...(await checkAnswer(api, one, scope.namespace)));
  }
  const { injectorNamespace: namespace, revision } = scope;
  const expected = configMapName({ namespace, ...(revision === undefined ? {} : { revision }) });
  const configMaps = found.map(({ configMap: { metadata } }) => metadata.name);
  findings.push(...(await findRights(api, scope, configMaps.length > 0 ? configMaps : [expected])));
  return findings;
}

async function apiServer(api: KubernetesApi): Promise<Finding> {
  const version = await api.request<{ gitVersion?: string }>({ method: "GET", path: "/version" });
  return ok("API server", `${api.server}, Kubernetes ${version.gitVersion ?? "of an unknown version"}`);
}
