import type { InvokeResult } from "@pulumi/pulumi/provider";
import type { ClusterAccess } from "../cluster/KubernetesApi.js";
import { session } from "../cluster/session.js";
import { problemSentence, shown } from "../data/problem.js";
import { explainFound } from "../mesh/explainFound.js";
import { findPodTemplate } from "../mesh/findPodTemplate.js";
import type { Configuration } from "./Configuration.js";
import { sealed } from "./sealed.js";

/** The function `explain`: each setting of one workload's or pod's sidecar. */
export async function explain(
  { injectorNamespace = "istio-system", injectorRevision }: Configuration,
  token: string,
  given: Readonly<Record<string, unknown>>,
): Promise<InvokeResult> {
  if (token !== "istio-sidecar:index:explain")
    throw new Error(
      `expected the function istio-sidecar:index:explain, got ${token}. Look at the package's schema.`,
    );
  const { name, namespace = "default", revision = injectorRevision, cluster } = given;
  const failures = Object.entries({ name, namespace, ...(revision === undefined ? {} : { revision }) })
    .filter(([, value]) => typeof value !== "string")
    .map(([property, value]) => ({
      property,
      reason: problemSentence({
        path: property,
        expected: "text",
        got: value === undefined ? "nothing" : shown(value),
        todo: property === "name" ? "name a workload as kubectl does: deployment/api" : "write it in quotes",
      }),
    }));
  if (failures.length > 0) return { failures };
  const api = await session.api(cluster as ClusterAccess | undefined);
  const template = await findPodTemplate(api, String(namespace), String(name));
  const injector = revision === undefined ? undefined : String(revision);
  const { stale, explanation } = await explainFound(
    api,
    template,
    injectorNamespace,
    injector,
    session.now(),
  );
  const { settings, warnings, unaffected } = explanation;
  const listed = settings.map(({ path, value, source, owner, note }) => ({
    path,
    value,
    source,
    owner,
    note,
  }));
  return { outputs: sealed({ settings: listed, warnings, stale, unaffected }, []) };
}
