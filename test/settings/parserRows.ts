import assert from "node:assert/strict";
import { it } from "node:test";
import type { Parsed } from "../../provider/data/parsed";

/** Edge, what people write, its canonical form. */
export type Read = readonly [edge: string, written: unknown, canonical: unknown];
/** Edge, what people write, what the message tells to do. */
export type Refused = readonly [edge: string, written: unknown, todo: RegExp];

/** A test for each row; what is read in canonical form stays as it is when it is read again. */
export function parserRows(
  parse: (value: unknown) => Parsed<unknown>,
  read: readonly Read[],
  refused: readonly Refused[],
): void {
  for (const [edge, written, canonical] of read) {
    it(`may be ${edge}`, () => {
      assert.deepEqual(parse(written), { value: canonical });
      assert.deepEqual(parse(canonical), { value: canonical });
    });
  }
  for (const [edge, written, todo] of refused) {
    it(`may not be ${edge}`, () => {
      const found = parse(written);
      assert.ok("todo" in found, JSON.stringify(found));
      assert.match(found.todo, todo);
      assert.ok(found.expected.length > 0);
    });
  }
}
