import type { KubernetesApi } from "../cluster/KubernetesApi.js";
import { grouped } from "../data/grouped.js";
import { type Finding, ok } from "./Finding.js";
import { type NeededRight, neededRights } from "./neededRights.js";
import type { Scope } from "./readMeshStatus.js";

/**
 * Whether the caller has the rights for `pulumi preview`, `pulumi up` and rollout options. `configMaps`: the names of the injectors', one for
 * each revision.
 */
export async function findRights(
  api: KubernetesApi,
  scope: Scope,
  configMaps: readonly string[],
): Promise<Finding[]> {
  const rights = neededRights.flatMap((right): readonly NeededRight[] =>
    right.onInjector ? configMaps.map((name) => ({ ...right, name })) : [right],
  );
  const answers = await Promise.all(
    rights.map(async (right) => {
      const { verb, name } = right;
      const [path = "", group = ""] = right.resource.split(".");
      const [resource, subresource] = path.split("/");
      const namespace = right.onInjector ? scope.injectorNamespace : scope.namespace;
      const { status } = await api.request<{ status?: { allowed?: boolean } }>({
        method: "POST",
        path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
        body: {
          apiVersion: "authorization.k8s.io/v1",
          kind: "SelfSubjectAccessReview",
          spec: {
            resourceAttributes: {
              verb,
              group,
              resource,
              ...(subresource === undefined ? {} : { subresource }),
              ...(namespace === undefined ? {} : { namespace }),
              ...(name === undefined ? {} : { name }),
            },
          },
        },
      });
      return { right, allowed: status?.allowed === true };
    }),
  );
  return (["preview", "up", "option"] as const).map((purpose) => {
    const ofPurpose = answers.filter(({ right }) => right.for === purpose);
    const missing = ofPurpose.filter(({ allowed }) => !allowed).map(({ right }) => right);
    const check = purpose === "option" ? "rights for options" : `rights for pulumi ${purpose}`;
    const place = scope.namespace === undefined ? "" : ` in ${scope.namespace}`;
    if (missing.length === 0) return ok(check, `all ${ofPurpose.length}${place}`);
    const found = {
      check,
      says: `${missing.length} of ${ofPurpose.length} are missing${place}`,
      details: rightLines(missing),
    };
    return purpose === "option" ? { ...found, is: "warning" } : { ...found, is: "problem", todo: bindRoles };
  });
}

/** The remedy for missing rights. */
export const bindRoles =
  "have the roles of rbac.yaml bound to you: kubectl apply -f node_modules/pulumi-istio-sidecar/rbac.yaml";

/** `get, list deployments.apps, statefulsets.apps: sees which workloads restart`, one line per use. */
function rightLines(missing: readonly NeededRight[]): string[] {
  return [...grouped(missing, ({ why }) => why)].map(([why, rights]) => {
    const verbs = new Set(rights.map(({ verb }) => verb));
    const resources = new Set(rights.map(({ resource, name }) => (name ? `${resource} ${name}` : resource)));
    return `${[...verbs].join(", ")} ${[...resources].join(", ")}: ${why}`;
  });
}
