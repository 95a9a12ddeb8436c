import assert from "node:assert/strict";
import { it } from "node:test";
import { namespacesText } from "../../provider/injector/waitForStamps";

it("namespaces that are waited for are counted in words that fit their number", () => {
  assert.deepEqual(
    [["shop"], ["shop", "cart"], ["shop", "a", "b", "c"]].map((names) => namespacesText(names)),
    ["shop", "shop and 1 more namespace", "shop and 3 more namespaces"],
  );
});
