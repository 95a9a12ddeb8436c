import { type Mismatch, mismatchText } from "./mismatch.js";

/** An injector ConfigMap that settings can't safely be added to. Nothing was written. */
export class InjectorRefusal extends Error {
  override readonly name: string = "InjectorRefusal";
  constructor(what: string | Mismatch) {
    super(typeof what === "string" ? what : mismatchText(what));
  }
}

/** Prefixes refusals of a ConfigMap's content with its name. */
export function named<Result>(name: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof InjectorRefusal)) throw error;
    const prefix = `ConfigMap ${name}: `;
    throw new InjectorRefusal(prefix + error.message.replaceAll("\n", `\n${prefix}`));
  }
}
