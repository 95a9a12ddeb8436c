import type { Provider } from "@pulumi/pulumi/provider";
import { getOwn } from "../data/getOwn.js";
import { urnParts } from "../data/urnParts.js";
import type { ResourceProvider } from "../injector/ResourceProvider.js";
import { logFlushed } from "./engineLog.js";
import { opened, sealed } from "./sealed.js";

/** Name of a resource's type -> what carries it out: the same for a dynamic provider and here. */
export type Parts = Readonly<Record<string, ResourceProvider>>;

type Resources = Required<Pick<Provider, "check" | "diff" | "create" | "update" | "read" | "delete">>;

/** The custom resources behind the components. */
export function resourcesBy(parts: Parts): Resources {
  const partOf = (urn: string): ResourceProvider => {
    const type = urnParts(urn).types.at(-1) ?? "";
    const part = getOwn(parts, type.replace("istio-sidecar:index:", ""));
    if (part) return part;
    throw new Error(
      `expected a resource of the package istio-sidecar, got ${type}. Use ${Object.keys(parts).join(", ")}.`,
    );
  };
  return {
    check: (urn, olds, news) =>
      logged(async () => {
        const given = opened(news);
        const { inputs, failures } = await partOf(urn).check(opened(olds).value, given.value);
        return { inputs: sealed(inputs, given.secrets), ...(failures ? { failures } : {}) };
      }),

    diff: (id, urn, olds, news) => logged(() => partOf(urn).diff(id, opened(olds).value, opened(news).value)),

    create: (urn, inputs) =>
      logged(async () => {
        const { value, secrets } = opened(inputs);
        const { id, outs } = await sealingFailures(partOf(urn).create(value), secrets);
        return { id, outs: sealed(outs, secrets) };
      }),

    update: (id, urn, olds, news) =>
      logged(async () => {
        const { value, secrets } = opened(news);
        const { outs } = await sealingFailures(partOf(urn).update(id, opened(olds).value, value), secrets);
        return { outs: sealed(outs, secrets) };
      }),

    read: (id, urn, properties) =>
      logged(async () => {
        const { value, secrets } = opened(properties);
        const { id: found = "", props, inputs } = await partOf(urn).read(id, value);
        return {
          id: found,
          props: sealed(props, secrets),
          ...(inputs ? { inputs: sealed(inputs, secrets) } : {}),
        };
      }),

    delete: (id, urn, properties) => logged(() => partOf(urn).delete(id, opened(properties).value)),
  };
}

/** Runs an operation, and waits until the user has what it reported. */
async function logged<Result>(operation: () => Promise<Result>): Promise<Result> {
  try {
    return await operation();
  } finally {
    await logFlushed();
  }
}

/** An error may carry the properties of a resource that was created all the same: they go to the state as well. */
async function sealingFailures<Result>(
  operation: Promise<Result>,
  secrets: Parameters<typeof sealed>[1],
): Promise<Result> {
  try {
    return await operation;
  } catch (error) {
    if (error instanceof Error && "properties" in error)
      Object.assign(error, { properties: sealed(error.properties, secrets) });
    throw error;
  }
}
