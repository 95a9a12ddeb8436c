import * as pulumi from "@pulumi/pulumi";
import { refusal } from "./refusal.js";

/**
 * A component's arguments; rejects secrets. They are in plain text in the injector's ConfigMap, on pods, and in reports. A dynamic
 * provider doesn't know which of its inputs are secret, so nothing could protect them later.
 */
export function withoutSecrets(component: pulumi.Resource, name: string, args: pulumi.Inputs): pulumi.Inputs {
  return Object.fromEntries(
    Object.entries(args).map(([key, value]) => [key, requirePlain(component, name, key, value)]),
  );
}

function requirePlain<Value>(
  component: pulumi.Resource,
  name: string,
  key: string,
  value: Value,
): Value | Promise<Value> {
  const sealed = outputsIn(value, [key]);
  if (sealed.length === 0) return value;
  return whySealed(sealed).then((why) => {
    if (why === undefined) return value;
    throw refusal(`${name}: ${why}`, component);
  });
}

/** Why these arguments are refused; undefined if none is a secret. */
export function secretArguments(args: pulumi.Inputs): Promise<string | undefined> {
  return whySealed(Object.entries(args).flatMap(([key, value]) => outputsIn(value, [key])));
}

async function whySealed(outputs: readonly PlacedOutput[]): Promise<string | undefined> {
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

interface PlacedOutput {
  path: readonly string[];
  output: pulumi.Output<unknown>;
}

/** All Outputs and promises in a value, with their paths. */
export function outputsIn(value: unknown, path: readonly string[]): PlacedOutput[] {
  // a new Output of it is secret if anything in it is: an `apply` may have returned data with Outputs in it
  if (pulumi.Output.isInstance(value) || value instanceof Promise)
    return [{ path, output: pulumi.output<unknown>(value) }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => outputsIn(one, [...path, key]));
}
