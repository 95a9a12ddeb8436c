import { hasStatus } from "../../provider/cluster/KubernetesApi";
import type { Mesh } from "./Mesh";

const group = "/apis/admissionregistration.k8s.io/v1";
const policies = `${group}/mutatingadmissionpolicies`;
const bindings = `${group}/mutatingadmissionpolicybindings`;

/** What a policy does to new pods: its `mutations`, and when. */
interface PodMutation {
  reinvocationPolicy: "Never" | "IfNeeded";
  mutations: readonly object[];
  matchConditions?: readonly { name: string; expression: string }[];
}

/** Binds a MutatingAdmissionPolicy of the namespace's name, for its new pods. In force a moment later: wait for what it does. */
export async function mutateNewPods(mesh: Mesh, namespace: string, mutation: PodMutation): Promise<void> {
  const create = (path: string, spec: object) =>
    mesh.api.request({ method: "POST", path, body: { metadata: { name: namespace }, spec } });
  await create(policies, {
    failurePolicy: "Fail",
    matchConstraints: {
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
      resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
    },
    ...mutation,
  });
  await create(bindings, { policyName: namespace });
}

/** Takes the policy away again, if it is there. */
export async function leaveNewPods(mesh: Mesh, namespace: string): Promise<void> {
  for (const path of [bindings, policies]) {
    await mesh.api.request({ method: "DELETE", path: `${path}/${namespace}` }).catch((error: unknown) => {
      if (!hasStatus(error, 404)) throw error;
    });
  }
}
