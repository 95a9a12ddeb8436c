import type { ResourceProvider } from "./ResourceProvider.js";

/** A provider whose refusals and errors end with the address of their explanation, where there is one. */
export function withHelp(
  provider: ResourceProvider,
  addressOf: (message: string) => string | undefined,
): ResourceProvider {
  const explained = (message: string) => {
    const address = addressOf(message);
    return address === undefined ? message : `${message}\nSee ${address}`;
  };
  const failing = async <Result>(operation: Promise<Result>): Promise<Result> => {
    try {
      return await operation;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      error.message = explained(error.message);
      // of an operation that failed after it began, Pulumi prints these instead
      if ("reasons" in error && Array.isArray(error.reasons)) error.reasons = error.reasons.map(explained);
      throw error;
    }
  };
  return {
    check: async (olds, news) => {
      const result = await failing(provider.check(olds, news));
      const { failures } = result;
      if (!failures) return result;
      return {
        ...result,
        failures: failures.map((one) => ({ ...one, reason: explained(one.reason) })),
      };
    },
    diff: (id, olds, news) => failing(provider.diff(id, olds, news)),
    create: (inputs) => failing(provider.create(inputs)),
    update: (id, olds, news) => failing(provider.update(id, olds, news)),
    read: (id, properties) => failing(provider.read(id, properties)),
    delete: (id, properties) => failing(provider.delete(id, properties)),
  };
}
