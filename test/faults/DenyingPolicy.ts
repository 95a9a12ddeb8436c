import { dryRunPod } from "../../provider/cluster/dryRunPod";
import type { KubernetesApi } from "../../provider/cluster/KubernetesApi";

const group = "/apis/admissionregistration.k8s.io/v1";
const policies = `${group}/validatingadmissionpolicies`;
const bindings = `${group}/validatingadmissionpolicybindings`;

/** What a policy denies: every pod, or those whose sidecars log at debug. */
export type Denied = "all pods" | "debug sidecars";

/** Who is not bound by policies here, so that the checks can always ask what a pod would get. */
export const exempt = "checks";

const says = "policy of the fault run";
const containers =
  "(object.spec.containers + (has(object.spec.initContainers) ? object.spec.initContainers : []))";
const logsAtDebug = `${containers}.exists(c, c.name == 'istio-proxy' && has(c.args) && '--proxyLogLevel=debug' in c.args)`;

/** A real admission policy in one namespace. */
export class DenyingPolicy {
  private constructor(
    private readonly api: KubernetesApi,
    private readonly namespace: string,
    private readonly name: string,
  ) {}

  /** In force when this returns. */
  static async begin(api: KubernetesApi, namespace: string, denied: Denied): Promise<DenyingPolicy> {
    const name = `fault-denies-${namespace}`;
    const policy = new DenyingPolicy(api, namespace, name);
    await api.request({
      method: "POST",
      path: policies,
      body: {
        metadata: { name },
        spec: {
          failurePolicy: "Fail",
          matchConstraints: {
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
            resourceRules: [
              { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] },
            ],
          },
          matchConditions: [
            { name: "not-the-checks", expression: `request.userInfo.username != '${exempt}'` },
          ],
          validations: [{ expression: denied === "all pods" ? "false" : `!${logsAtDebug}`, message: says }],
        },
      },
    });
    const body = { metadata: { name }, spec: { policyName: name, validationActions: ["Deny"] } };
    await api.request({ method: "POST", path: bindings, body });
    await policy.until(async () => policy.denies({ "sidecar.istio.io/logLevel": "debug" }));
    return policy;
  }

  /** Out of force when this returns. */
  async end(): Promise<void> {
    for (const path of [bindings, policies])
      await this.api.request({ method: "DELETE", path: `${path}/${this.name}` });
    await this.until(async () => !(await this.denies({ "sidecar.istio.io/logLevel": "debug" })));
  }

  /** Whether it denies a pod that has the settings of its namespace and these annotations. */
  async denies(annotations: Record<string, string> = {}): Promise<boolean> {
    const template = {
      metadata: { labels: { app: "prober" }, annotations },
      spec: { containers: [{ name: "app", image: "app:1" }] },
    };
    const denial = await dryRunPod(this.api, this.namespace, template).then(() => "", String);
    return denial.includes(says);
  }

  private async until(holds: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + 30_000; !(await holds()); ) {
      if (Date.now() > end) throw new Error(`${this.name} is not as it should be after 30 s`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
