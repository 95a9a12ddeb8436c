import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { deepest, isNestedTooDeep, unplainParts } from "../../provider/data/plainData";
import { problemText } from "../../provider/data/problem";
import { parseSettings } from "../../provider/settings/parseSettings";

function nestedLists(depth: number): unknown {
  let value: unknown = [];
  for (let level = 1; level < depth; level++) value = [value];
  return value;
}

const itself: unknown[] = [];
itself.push(itself);

describe("settings are made of plain data", () => {
  const refused: [string, unknown, string, RegExp][] = [
    ["a NUL", { env: { A: "a\0b" } }, "env.A", /text without NUL, got .* Remove it/],
    ["half a character", { env: { A: "a\ud800" } }, "env.A", /Unicode text, got .* Fix it/],
    ["half a character in a name", { runtimeValues: { "\udc00": "1" } }, "runtimeValues", /Unicode text/],
    ["a NUL in a command", hook("a\0b"), "lifecycle.preStop.exec.command.0", /text without NUL/],
    [
      "a Map, which looks empty",
      { env: new Map([["A", "b"]]) },
      "env",
      /expected a list or a map, got Map\./,
    ],
    ["a Date", { terminationDrainDuration: new Date(0) }, "terminationDrainDuration", /got Date/],
    ["a big integer", { env: { A: { b: 1n } } }, "env.A.b", /got a bigint/],
    ["a function", { env: { A: () => "b" } }, "env.A", /got a function/],
  ];
  for (const [edge, written, path, message] of refused) {
    it(`${edge} is refused, with its place`, () => {
      const { value: settings, problems } = parseSettings(written);
      assert.deepEqual(settings, {});
      assert.deepEqual(
        problems.map((problem) => problem.path),
        [path],
      );
      assert.match(problemText(problems), message);
    });
  }

  const wrong: [string, unknown][] = [
    ["contains itself", itself],
    ["is nested 20,000 levels deep", nestedLists(20_000)],
    ["has a method's name for a key", { toString: 1, valueOf: 1 }],
    ["has no prototype", Object.create(null)],
  ];
  for (const [edge, value] of wrong) {
    it(`a value that ${edge} is a problem like any other`, () => {
      for (const written of [
        { env: { A: value } },
        { lifecycle: { preStop: { exec: value } } },
        { tracing: { sampling: value, customTags: { a: value } } },
        { componentLogLevel: { upstream: value } },
        { interceptionMode: value },
        { proxyResources: { limits: value } },
      ]) {
        const { problems } = parseSettings(written);
        if (Object.keys(value as object).length > 0) assert.notDeepEqual(problems, []);
      }
    });
  }

  it("nesting: shared references count once, cycles are infinite", () => {
    assert.equal(isNestedTooDeep(nestedLists(deepest)), false);
    assert.equal(isNestedTooDeep(nestedLists(deepest + 1)), true);
    assert.equal(isNestedTooDeep(itself), true);
    let doubled: unknown = [];
    for (let level = 0; level < 50; level++) doubled = [doubled, doubled];
    assert.equal(isNestedTooDeep(doubled), false);
    assert.deepEqual(unplainParts(doubled), []);
  });
});

function hook(argument: string): unknown {
  return { lifecycle: { preStop: { exec: { command: [argument] } } } };
}
