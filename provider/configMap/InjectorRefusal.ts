import { UnreadableText } from "../data/spliceMap.js";

/** An injector ConfigMap that settings can't safely be added to. Nothing was written. */
export class InjectorRefusal extends Error {
  override readonly name: string = "InjectorRefusal";
}

/** Prefixes refusals of a ConfigMap's content with its name. */
export function named<Result>(name: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    const prefix = `ConfigMap ${name}: `;
    if (!(error instanceof InjectorRefusal) || error.message.startsWith(prefix)) throw error;
    throw new InjectorRefusal(prefix + error.message.replaceAll("\n", `\n${prefix}`));
  }
}

/** Converts `UnreadableText` to `InjectorRefusal`. */
export function refusingUnreadable<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof UnreadableText) throw new InjectorRefusal(error.message);
    throw error;
  }
}
