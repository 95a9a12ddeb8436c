import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { groupedTable, textTable } from "../../provider/report/textTable";

describe("a table", () => {
  const row = ["shop", "Deployment/api", "istio-proxy limits.cpu 2 -> 1500m, and more"];
  const heads = ["NAMESPACE", "WORKLOAD", "DETAIL"];

  it("wraps its last column at a narrower terminal", () => {
    assert.equal(
      textTable(heads, [row], { most: 50 }),
      [
        "NAMESPACE  WORKLOAD        DETAIL",
        "shop       Deployment/api  istio-proxy limits.cpu",
        "                           2 -> 1500m, and more",
        "",
      ].join("\n"),
    );
  });

  it("has its full width where no width is given", () => {
    assert.match(textTable(["A", "B", "C"], [row]), /and more$/m);
  });

  it("is cut in the columns that allow it, the widest first", () => {
    const long = ["shop", `{"exec":{"command":["${"x".repeat(60)}"]}}`, "1"];
    const lines = textTable(["SETTING", "FROM", "TO"], [long], { most: 40, cuts: ["FROM"] }).split("\n");
    assert.deepEqual(
      lines.map((line) => line.length <= 40),
      [true, true, true],
    );
    assert.match(lines[1] ?? "", /^shop {5}\{"exec":\{"command":\["x+… {2}1$/);
    assert.match(textTable(["SETTING", "FROM", "TO"], [long], { most: 40 }), /x{60}/);
  });

  it("says what rows share once, above them, and colours its first word", () => {
    const text = groupedTable(
      ["NAMESPACE", "WORKLOAD"],
      [
        {
          title: [{ text: "stale", tone: "bad" }, ", 2 workloads: limits.cpu 2 -> 1, and so on"],
          rows: [
            ["shop", "api"],
            ["shop", "web"],
          ],
        },
        { title: ["current"], rows: [["cart", "api"]] },
      ],
      { most: 30, paint: (tone, word) => `<${tone}>${word}</>` },
    );
    assert.equal(
      text,
      [
        "  <heading>NAMESPACE</>  <heading>WORKLOAD</>",
        "<bad>stale</>, 2 workloads: limits.cpu",
        "    2 -> 1, and so on",
        "  shop       api",
        "  shop       web",
        "current",
        "  cart       api",
        "",
      ].join("\n"),
    );
  });
});
