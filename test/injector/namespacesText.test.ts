import assert from "node:assert/strict";
import { it } from "node:test";
import { namespacesText } from "../../provider/injector/waitForStamps";

it("counts the namespaces that are waited for, in singular and plural", () => {
  assert.deepEqual(
    [["shop"], ["shop", "cart"], ["shop", "a", "b", "c"]].map((names) => namespacesText(names)),
    ["shop", "shop and 1 more namespace", "shop and 3 more namespaces"],
  );
});
