import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { memoize } from "../../provider/data/memoize";

describe("memoized work", () => {
  const counted = () => {
    const done: string[] = [];
    const work = memoize((text) => {
      done.push(text);
      if (text === "bad") throw new Error("no");
      return { text };
    }, 2);
    return { done, work };
  };

  it("is done once per text", () => {
    const { done, work } = counted();
    assert.equal(work("a"), work("a"));
    assert.deepEqual(done, ["a"]);
  });

  it("is done again for the least recently used text", () => {
    const { done, work } = counted();
    for (const text of ["a", "b", "a", "c", "a", "b"]) assert.deepEqual(work(text), { text });
    assert.deepEqual(done, ["a", "b", "c", "b"]);
  });

  it("is repeated after a failure", () => {
    const { done, work } = counted();
    assert.throws(() => work("bad"));
    assert.throws(() => work("bad"));
    assert.deepEqual(done, ["bad", "bad"]);
  });
});
