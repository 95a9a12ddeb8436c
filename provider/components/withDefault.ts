import * as pulumi from "@pulumi/pulumi";

/** An argument that may be missing, or turn out to be: an output of another stack that has none of that name is undefined. */
export function withDefault<Value>(
  given: pulumi.Input<Value> | undefined,
  instead: () => unknown,
): pulumi.Output<unknown> {
  return pulumi.output(given).apply((value): unknown => value ?? instead());
}
