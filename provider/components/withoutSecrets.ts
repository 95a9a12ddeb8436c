import * as pulumi from "@pulumi/pulumi";

/**
 * The settings of a component, refused where one is a secret. Settings stand in clear in the injector's ConfigMap, on pods, and in what
 * people are shown of them; a provider is not told which of its inputs are secret, so nothing after this could seal them.
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
  return whySealed(sealed).then((why) => {
    if (why === undefined) return value;
    throw new pulumi.ResourceError(why, component, true);
  });
}

/** Why these settings are refused; undefined where none is a secret. */
export function secretSettings(settings: pulumi.Inputs): Promise<string | undefined> {
  return whySealed(Object.entries(settings).flatMap(([group, value]) => outputsIn(value, group)));
}

async function whySealed(outputs: readonly SettingOutput[]): Promise<string | undefined> {
  const found = await Promise.all(
    outputs.map(async ({ path, output }) => ((await pulumi.isSecret(output)) ? [path] : [])),
  );
  const paths = found.flat();
  if (paths.length === 0) return undefined;
  return (
    `${paths.join(", ")}: expected a plain value, got a secret. Sidecar settings stand in clear in the injector's ConfigMap and on every pod. ` +
    "Keep the secret in a Kubernetes Secret that the application reads; if the value is not secret, pass pulumi.unsecret(value)."
  );
}

interface SettingOutput {
  path: string;
  output: pulumi.Output<unknown>;
}

/** Every Output in a value, with the path of the setting that it stands at. */
function outputsIn(value: unknown, path: string): SettingOutput[] {
  if (pulumi.Output.isInstance(value)) return [{ path, output: value }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => outputsIn(one, `${path}.${key}`));
}
