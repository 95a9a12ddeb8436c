import type { Container, Pod } from "../cluster/podTemplate.js";

/**
 * Applies the API server's defaults to the fields that settings affect, since istiod's response lacks them. Source: the defaults of
 * `k8s.io/api/core/v1`.
 */
export function withDefaults(pod: Pod): Pod {
  const { containers, initContainers } = pod.spec;
  return {
    ...pod,
    spec: {
      ...pod.spec,
      containers: containers.map(filled),
      ...(initContainers ? { initContainers: initContainers.map(filled) } : {}),
    },
  };
}

function filled(container: Container): Container {
  const { resources, image = "" } = container;
  const probes = ["livenessProbe", "readinessProbe", "startupProbe"].flatMap((name) =>
    container[name] ? [[name, { ...probeDefaults, ...(container[name] as object) }] as const] : [],
  );
  return {
    imagePullPolicy: isLatest(image) ? "Always" : "IfNotPresent",
    ...container,
    ...Object.fromEntries(probes),
    ...(resources?.limits
      ? { resources: { ...resources, requests: { ...resources.limits, ...resources.requests } } }
      : {}),
  };
}

const probeDefaults = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };

// without a tag, it is `latest`; with a digest, it isn't
function isLatest(image: string): boolean {
  if (image.includes("@")) return false;
  const [, tag = "latest"] = /:([^:/]+)$/.exec(image) ?? [];
  return tag === "latest";
}
