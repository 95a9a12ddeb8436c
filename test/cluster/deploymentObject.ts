export interface DeploymentOptions {
  namespace?: string;
  /** Default: 1. */
  replicas?: number;
  minReadySeconds?: number;
  annotations?: Readonly<Record<string, string>>;
  /** Of its pods, beside `app`. */
  labels?: Readonly<Record<string, string>>;
  /** Beside the container `app`. */
  containers?: readonly object[];
  /** More fields of the pod's spec. */
  pod?: object;
}

/** A Deployment whose pods have the label `app` with its name. */
export function deploymentObject(name: string, options: DeploymentOptions = {}) {
  const { namespace, replicas = 1, minReadySeconds, annotations, labels, containers = [], pod } = options;
  const app = { app: name };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    spec: {
      replicas,
      ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
      selector: { matchLabels: app },
      template: {
        metadata: { labels: { ...app, ...labels }, annotations: annotations ?? {} },
        spec: { containers: [{ name: "app", image: "app:1" }, ...containers], ...pod },
      },
    },
  };
}
