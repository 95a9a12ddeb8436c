import assert from "node:assert/strict";
import { it } from "node:test";
import { listText } from "../../provider/data/listText";

it("names the first items of a list, and counts the others", () => {
  assert.deepEqual(
    [[], ["a"], ["a", "b"], ["a", "b", "c"], ["a", "b", "c", "d", "e"]].map((items) => listText(items, 3)),
    ["", "a", "a and b", "a, b and c", "a, b, c and 2 more"],
  );
  assert.equal(listText(["a", "b", "c"]), "a, b and c");
  assert.equal(listText(["in a", "in b", "in c"], 2, "; "), "in a; in b and 1 more");
});
