import { UnreadableText } from "../data/spliceMap.js";

/** An injector ConfigMap that we can't add to without guessing; nothing was written. */
export class InjectorRefusal extends Error {
  override readonly name: string = "InjectorRefusal";
}

/** What is thrown of a ConfigMap's content, with its name in front. */
export function named<Result>(name: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    const prefix = `ConfigMap ${name}: `;
    if (!(error instanceof InjectorRefusal) || error.message.startsWith(prefix)) throw error;
    throw new InjectorRefusal(prefix + error.message.replaceAll("\n", `\n${prefix}`));
  }
}

/** What a look at the texts gives; a text that can't be read is refused, whoever found out. */
export function refusingUnreadable<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof UnreadableText) throw new InjectorRefusal(error.message);
    throw error;
  }
}
