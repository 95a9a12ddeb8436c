import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { diffInputs, parsePath, topLevelKey } from "./propertyDiff";
import { diffLines, mapLines } from "./propertyLines";
import { annotateSecrets, fromProgram, makeSecret, UNKNOWN } from "./propertyValue";

const olds = { limits: { cpu: "1", memory: "1Gi" }, ports: [80, 90], gone: true, same: 1, __provider: "a" };
const news = {
  limits: { cpu: "2", memory: "1Gi" },
  ports: [80, 91],
  come: { a: UNKNOWN },
  same: 1,
  __provider: "b",
};

describe("property-level differences", () => {
  it("show only what changed when that is known", () => {
    assert.deepEqual(diffLines(olds, news, "    ", { detailed: true }), [
      "  + come  : {",
      "      + a: [unknown]",
      "    }",
      "  - gone  : true",
      "  ~ limits: {",
      '      ~ cpu: "1" => "2"',
      "    }",
      "  ~ ports : [",
      "      ~ [1]: 90 => 91",
      "    ]",
    ]);
  });

  it("show the rest as well when it is not, and two secrets as equal", () => {
    const lines = diffLines(
      { a: 1, b: makeSecret("x"), c: "text" },
      { a: 1, b: makeSecret("y"), c: [] },
      "    ",
      { detailed: false },
    );
    assert.deepEqual(lines, ["    a: 1", "    b: [secret]", '  - c: "text"', "  + c: []"]);
  });

  it("hide what the program wants hidden", () => {
    const style = { detailed: true, hidden: ["limits", "same"] };
    assert.deepEqual(diffLines({ limits: 1, same: 1 }, { limits: 2, same: 1 }, "    ", style), [
      "  ~ limits (hidden)",
    ]);
    assert.deepEqual(mapLines({ b: [], a: { c: null } }, "    "), [
      "    a: {",
      "        c: <null>",
      "    }",
      "    b: []",
    ]);
  });

  it("are listed by path", () => {
    assert.deepEqual(diffInputs(olds, { ...news, "a.b": { "c/d": 1 } }), {
      "limits.cpu": { kind: "update", inputDiff: true },
      "ports[1]": { kind: "update", inputDiff: true },
      gone: { kind: "delete", inputDiff: true },
      __provider: { kind: "update", inputDiff: true },
      come: { kind: "add", inputDiff: true },
      '["a.b"]': { kind: "add", inputDiff: true },
    });
    assert.equal(topLevelKey('["a.b"].c'), "a.b");
    assert.deepEqual(parsePath('a["b.c"][0].d'), ["a", "b.c", "0", "d"]);
  });
});

describe("secrets in properties", () => {
  it("follow their names into results, arrays as a whole", () => {
    const inputs = { a: { b: makeSecret(1), c: 2 }, list: [makeSecret(1), 2], other: makeSecret(3) };
    assert.deepEqual(annotateSecrets({ a: { b: 1, c: 2 }, list: [1, 2], new: 3 }, inputs), {
      a: { b: makeSecret(1), c: 2 },
      list: makeSecret([1, 2]),
      new: 3,
    });
  });

  it("come from output values too, where nothing known means unknown", () => {
    const signature = "4dabf18193072939515e22adb298388d";
    const output = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
    const map = {
      a: { [signature]: output, value: 1, secret: true },
      b: [{ [signature]: output }],
      c: null,
      d: makeSecret(makeSecret(2)),
    };
    assert.deepEqual(fromProgram(map), { a: makeSecret(1), b: [UNKNOWN], d: makeSecret(2) });
  });
});
