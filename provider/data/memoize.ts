/**
 * Caches results for the last few texts: the injector's texts are long, and one `up` reads them many times. Results are shared, so
 * callers must not change them. Errors are not cached.
 */
export function memoize<Result>(work: (text: string) => Result, texts = 4): (text: string) => Result {
  const known = new Map<string, { result: Result }>();
  return (text) => {
    const found = known.get(text) ?? { result: work(text) };
    // reinserted last, so that the least recently used is evicted
    known.delete(text);
    known.set(text, found);
    const [oldest] = known.keys();
    if (known.size > texts && oldest !== undefined) known.delete(oldest);
    return found.result;
  };
}
