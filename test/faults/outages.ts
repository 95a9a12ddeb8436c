import type { Cluster } from "../cluster/cluster";
import type { Mesh } from "../e2e/Mesh";

const webhooks = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
const policies = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
const bindings = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings";
const policy = "fault-denies-pods";

interface WebhookConfiguration {
  webhooks: { clientConfig: { url?: string } }[];
}

export type Outage = "istiod" | "kube-apiserver" | "webhook unreachable" | "webhook denies";

/** Has this outage for so long; returns when everything answers again. */
export async function outage(mesh: Mesh, of: Outage, seconds: number): Promise<void> {
  const pass = () => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  switch (of) {
    case "istiod":
    case "kube-apiserver":
      await restart(mesh.cluster, of, pass);
      break;
    case "webhook unreachable": {
      const path = `${webhooks}/istio-sidecar-injector`;
      const found = await mesh.api.request<WebhookConfiguration>({ method: "GET", path });
      const moved = (url: (from: string) => string) =>
        found.webhooks.map((one) => ({
          ...one,
          clientConfig: { ...one.clientConfig, url: url(one.clientConfig.url ?? "") },
        }));
      // nothing listens on port 1
      await mesh.patch(path, { webhooks: moved((url) => url.replace(/:\d+\//, ":1/")) });
      await pass();
      await mesh.patch(path, { webhooks: moved((url) => url) });
      break;
    }
    case "webhook denies": {
      await mesh.api.request({ method: "POST", path: policies, body: denying });
      const body = { metadata: { name: policy }, spec: { policyName: policy, validationActions: ["Deny"] } };
      await mesh.api.request({ method: "POST", path: bindings, body });
      await pass();
      for (const path of [bindings, policies])
        await mesh.api.request({ method: "DELETE", path: `${path}/${policy}` });
    }
  }
}

const denying = {
  metadata: { name: policy },
  spec: {
    failurePolicy: "Fail",
    matchConstraints: {
      resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
    },
    validations: [{ expression: "false", message: "no pods for a while" }],
  },
};

async function restart(
  cluster: Cluster,
  component: "istiod" | "kube-apiserver",
  pass: () => Promise<unknown>,
): Promise<void> {
  await cluster.stopComponent(component);
  await pass();
  await cluster.startComponent(component);
}
