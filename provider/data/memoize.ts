/**
 * The work, not done again for one of the last texts that it was done for: the injector's texts are long, and looked at many times
 * by one `up`. What it gives is shared, so nobody may change it. What throws is tried again.
 */
export function memoize<Result>(work: (text: string) => Result, texts = 4): (text: string) => Result {
  const known = new Map<string, { result: Result }>();
  return (text) => {
    const found = known.get(text) ?? { result: work(text) };
    // the last one used is the last one to go
    known.delete(text);
    known.set(text, found);
    const [oldest] = known.keys();
    if (known.size > texts && oldest !== undefined) known.delete(oldest);
    return found.result;
  };
}
