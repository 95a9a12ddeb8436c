import { UnreadableText } from "./spliceMap.js";

/** An injector ConfigMap that we can't add to without guessing; nothing was written. */
export class InjectorRefusal extends Error {
  override readonly name = "InjectorRefusal";
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
