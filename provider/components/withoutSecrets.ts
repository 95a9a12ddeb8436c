import * as pulumi from "@pulumi/pulumi";

/**
 * A component's settings; rejects secrets. Settings are in plain text in the injector's ConfigMap, on pods, and in reports. A dynamic
 * provider doesn't know which of its inputs are secret, so nothing could protect them later.
 */
export function withoutSecrets(component: pulumi.Resource, settings: pulumi.Inputs): pulumi.Inputs {
  return Object.fromEntries(
    Object.entries(settings).map(([group, value]) => [group, requirePlain(component, group, value)]),
  );
}

function requirePlain<Value>(
  component: pulumi.Resource,
  group: string,
  value: Value,
): Value | Promise<Value> {
  const sealed = outputsIn(value, group);
  if (sealed.length === 0) return value;
  return Promise.all(
    sealed.map(async ({ path, output }) => ((await pulumi.isSecret(output)) ? [path] : [])),
  ).then((found) => {
    const paths = found.flat();
    if (paths.length === 0) return value;
    throw new pulumi.ResourceError(
      `${paths.join(", ")}: expected a plain value, got a secret. Sidecar settings are stored in plain text in the injector's ConfigMap and on every pod. ` +
        "Keep the secret in a Kubernetes Secret that the application reads; if the value is not secret, pass pulumi.unsecret(value).",
      component,
      true,
    );
  });
}

/** All Outputs in a value, with their setting paths. */
function outputsIn(value: unknown, path: string): { path: string; output: pulumi.Output<unknown> }[] {
  if (pulumi.Output.isInstance(value)) return [{ path, output: value }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => outputsIn(one, `${path}.${key}`));
}
