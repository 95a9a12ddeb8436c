import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { cappedMap } from "../../../provider/rollout/plan/cappedMap";

const entries = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, at) => [`w${String(count - at).padStart(4, "0")}`, "why"]),
  );

describe("a capped map", () => {
  it("has up to twenty entries as they are", () => {
    assert.deepEqual(cappedMap({}), {});
    assert.deepEqual(cappedMap(entries(20)), entries(20));
  });
  it("has the first twenty by name of more, and counts the others", () => {
    const capped = cappedMap(entries(5000));
    assert.equal(Object.keys(capped).length, 21);
    assert.equal(capped.w0001, "why");
    assert.equal(capped.w0021, undefined);
    assert.equal(capped["… and more"], "4980 more");
  });
});
