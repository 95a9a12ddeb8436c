import * as pulumi from "@pulumi/pulumi";

/** An argument that may be missing, or turn out to be: an output of another stack that has none of that name is undefined. */
export function withDefault<Value, Default>(
  given: pulumi.Input<Value> | undefined,
  instead: Default,
): pulumi.Output<NonNullable<Value> | Default> {
  return pulumi.output(given).apply((value) => (value ?? instead) as NonNullable<Value> | Default);
}
