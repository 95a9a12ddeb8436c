import assert from "node:assert/strict";
import * as fc from "fast-check";
import { InjectorRefusal } from "../../provider/data/InjectorRefusal";
import { NoPodTemplate } from "../../provider/mesh/findPodTemplate";
import { SettingsFileError } from "../../provider/platformFile/PlacedProblem";
import { PreviewError } from "../../provider/report/preview/readPreview";

/** Runs of each property: `SIDECAR_RUNS=100` is a hundred times as many. */
const times = Number(process.env.SIDECAR_RUNS ?? 1);
/** How long one input may take, whatever it says: it is small, and the machine may be busy. */
const longest = 10_000;

const prototype = Reflect.ownKeys(Object.prototype).length;

/**
 * Tries a claim with many inputs. A failure prints a seed and a path; `SIDECAR_SEED` and `SIDECAR_PATH` try that one input again.
 */
export function holds<Input>(input: fc.Arbitrary<Input>, claim: (input: Input) => void, runs = 30): void {
  const { SIDECAR_SEED: seed, SIDECAR_PATH: path } = process.env;
  fc.assert(
    fc.property(input, (one) => {
      const began = performance.now();
      claim(one);
      const took = performance.now() - began;
      assert.ok(took < longest, `took ${took.toFixed(0)} ms`);
      assert.equal(Reflect.ownKeys(Object.prototype).length, prototype, "every object has got a new field");
    }),
    {
      includeErrorInReport: true,
      numRuns: runs * times,
      ...(seed === undefined ? {} : { seed: Number(seed) }),
      ...(path === undefined ? {} : { path, endOnFailure: true }),
    },
  );
}

const ours = [InjectorRefusal, NoPodTemplate, PreviewError, SettingsFileError];

/** What the work gives, or undefined where it refuses with a message of ours; any other error is a failure. */
export function orRefusal<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch (error) {
    if (!ours.some((type) => error instanceof type)) throw error;
    const { message } = error as Error;
    assert.ok(message.length > 10, `says nothing: ${message}`);
    assert.doesNotMatch(message, /\[object |\[native code\]| {4}at |Maximum call stack/);
    return undefined;
  }
}
