import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { textTable } from "../../provider/report/textTable";

describe("a table", () => {
  const row = ["shop", "Deployment/api", "istio-proxy limits.cpu 2 -> 1500m, and more"];

  it("is cut to the terminal in its last column", () => {
    assert.equal(
      textTable(["NAMESPACE", "WORKLOAD", "DETAIL"], [row], undefined, 50),
      "NAMESPACE  WORKLOAD        DETAIL\nshop       Deployment/api  istio-proxy limits.cpu…\n",
    );
  });

  it("is as wide as it is where nobody says how wide it may be", () => {
    assert.match(textTable(["A", "B", "C"], [row]), /and more$/m);
  });

  it("keeps room for a word or two in a narrow terminal", () => {
    assert.match(textTable(["A", "B", "C"], [row], undefined, 10), /istio-proxy limits\.…$/m);
  });
});
