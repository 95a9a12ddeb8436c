import * as pulumi from "@pulumi/pulumi";
import { withoutStack } from "./withoutStack.js";

/**
 * A component's settings; rejects secrets. Settings are in plain text in the injector's ConfigMap, on pods, and in reports. A dynamic
 * provider doesn't know which of its inputs are secret, so nothing could protect them later.
 */
export function withoutSecrets(
  component: pulumi.Resource,
  name: string,
  settings: pulumi.Inputs,
): pulumi.Inputs {
  return Object.fromEntries(
    Object.entries(settings).map(([group, value]) => [group, requirePlain(component, name, group, value)]),
  );
}

function requirePlain<Value>(
  component: pulumi.Resource,
  name: string,
  group: string,
  value: Value,
): Value | Promise<Value> {
  const sealed = outputsIn(value, [group]);
  if (sealed.length === 0) return value;
  return whySealed(sealed).then((why) => {
    if (why === undefined) return value;
    throw withoutStack(new pulumi.ResourceError(`${name}: ${why}`, component, true));
  });
}

/** Why these settings are refused; undefined if none is a secret. */
export function secretSettings(settings: pulumi.Inputs): Promise<string | undefined> {
  return whySealed(Object.entries(settings).flatMap(([group, value]) => outputsIn(value, [group])));
}

async function whySealed(outputs: readonly SettingOutput[]): Promise<string | undefined> {
  const found = await Promise.all(
    outputs.map(async ({ path, output }) => ((await pulumi.isSecret(output)) ? [path.join(".")] : [])),
  );
  const paths = found.flat();
  if (paths.length === 0) return undefined;
  return (
    `${paths.join(", ")}: expected a plain value, got a secret. Sidecar settings are stored in plain text in the injector's ConfigMap and on every pod. ` +
    "Keep the secret in a Kubernetes Secret that the application reads; if the value is not secret, pass pulumi.unsecret(value)."
  );
}

interface SettingOutput {
  path: readonly string[];
  output: pulumi.Output<unknown>;
}

/** All Outputs in a value, with their setting paths. */
export function outputsIn(value: unknown, path: readonly string[]): SettingOutput[] {
  if (pulumi.Output.isInstance(value)) return [{ path, output: value }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => outputsIn(one, [...path, key]));
}
