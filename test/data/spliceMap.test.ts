import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { InjectorRefusal } from "../../provider/data/InjectorRefusal";
import { insertPair, parseYaml, removePair } from "../../provider/data/spliceMap";

/** A text, and the path of the map in it that gets one key more. */
const texts: [string, string, string[]][] = [
  ["a block map", "a: 1\nb: 2\n", []],
  ["a block map without a final newline", "a: 1\nb: 2", []],
  ["a block map in a block map", "top:\n  a: 1\nend: 2\n", ["top"]],
  ["four spaces of indentation", "top:\n    a:\n        b: 1\n", ["top", "a"]],
  ["one space of indentation", "top:\n a: 1\n", ["top"]],
  ["a comment before the first key", "# about a\na: 1\n", []],
  ["comments everywhere", "# 1\ntop: # 2\n  # 3\n  a: 1 # 4\n  # 5\n# 6\n", ["top"]],
  ["blank lines", "\n\ntop:\n\n  a: 1\n\n\n", ["top"]],
  ["a document marker", "---\na: 1\n", []],
  ["a comment and a document marker", "# c\n---\na: 1\n", []],
  ["a directive", "%YAML 1.2\n---\na: 1\n", []],
  ["CRLF", "top:\r\n  a: 1\r\nb: 2\r\n", ["top"]],
  ["block text before and behind", "a: |\n  one\n\n  two\ntop:\n  t: |-\n    x\n", ["top"]],
  ["kept blank lines of block text", "top:\n  t: |+\n    x\n\n\nend: 1\n", ["top"]],
  ["an anchor on the map", "top: &t\n  a: 1\nother: *t\n", ["top"]],
  ["quoted keys", '"top":\n  "a": 1\n', ["top"]],
  ["JSON in one line", '{"top":{"a":1},"z":2}', ["top"]],
  ["JSON with indentation 2", JSON.stringify({ z: 1, top: { a: { b: 1 } }, y: 2 }, null, 2), ["top"]],
  ["JSON with indentation 4", JSON.stringify({ top: { a: 1 } }, null, 4), ["top"]],
  ["JSON with tabs", JSON.stringify({ top: { a: 1 } }, null, "\t"), ["top"]],
  ["JSON with CRLF", '{\r\n  "top": {\r\n    "a": 1\r\n  }\r\n}\r\n', ["top"]],
  ["JSON with a final newline", '{"top":{"a":1}}\n', ["top"]],
  ["an empty JSON map", '{"top":{}}', ["top"]],
  ["an empty JSON map with a space in it", '{"top": { } }', ["top"]],
  ["a flow map in a block map", "top: {a: 1}\nb: 2\n", ["top"]],
  ["an empty flow map in a block map", "top: {}\n", ["top"]],
  ["a trailing comma", "top: {a: 1,}\n", ["top"]],
  ["a flow map over several lines", "top: {\n  a: 1,\n  b: 2\n  }\n", ["top"]],
];

const block = "{{ first }}\n\n  indented\nlast   \n";
const blocks: [string, string][] = [
  ["lines of a template", block],
  ["one line without a newline", "one"],
  ["several newlines at the end", "one\n\n\n"],
  ["a newline at the start", "\none\n"],
  ["a space at the start", "  one\n two\n"],
  ["a tab at the start", "\tone\n"],
  ["nothing but white space", " \n"],
  ["white space on the last line", "one\n  \n"],
  ["nothing", ""],
  ["control characters", "a\u0007b\r\nc\u0085d\u2028e\n"],
  ["YAML's own signs", "- a: b # c\n--- \n&x *y !z\n"],
];

describe("a key put into a map", () => {
  for (const [edge, text, path] of texts) {
    it(`of ${edge} can be read, leaves the others alone, and is removed without a trace`, () => {
      const added = insertPair(text, path, "ours", { flow: '{"x":[1,2]}' });
      assert.deepEqual(at(added, path), { ...at(text, path), ours: { x: [1, 2] } });
      assert.equal(removePair(added, path, "ours"), text);
    });

    it(`of ${edge} with text of many lines does so as well`, () => {
      const added = insertPair(text, path, "ours", { block });
      assert.deepEqual(at(added, path), { ...at(text, path), ours: block });
      assert.equal(removePair(added, path, "ours"), text);
    });
  }

  for (const [edge, content] of blocks) {
    it(`keeps ${edge} as given`, () => {
      const text = "top:\n  a: 1\nend: 2\n";
      const added = insertPair(text, ["top"], "ours", { block: content });
      assert.equal(at(added, ["top"]).ours, content);
      assert.equal(removePair(added, ["top"], "ours"), text);
    });
  }

  it("is removed from the middle and the end, too, if someone moved it", () => {
    assert.equal(removePair("a: 1\nours: 2\nb: 3\n", [], "ours"), "a: 1\nb: 3\n");
    assert.equal(removePair("a: 1\nours: 2", [], "ours"), "a: 1\n");
    assert.equal(removePair('{"a":1,"ours":{},"b":2}', [], "ours"), '{"a":1,"b":2}');
    assert.equal(removePair('{"ours":{},"b":2}', [], "ours"), '{"b":2}');
  });

  it("that is missing changes nothing", () => {
    for (const [, text, path] of texts) assert.equal(removePair(text, path, "ours"), text);
  });
});

describe("a text that can't be edited without guessing is refused:", () => {
  const refused: [string, string, string[]][] = [
    ["no map", "- a\n", []],
    ["nothing", "", []],
    ["a list at the path", "top: [1]\n", ["top"]],
    ["null at the path", "top:\n", ["top"]],
    ["a path that ends early", "a: 1\n", ["top"]],
    ["a key that is there twice", "a: 1\na: 2\n", []],
    ["a broken flow map", '{"top":', ["top"]],
    ["tabs as indentation", "top:\n\ta: 1\n", ["top"]],
    ["two documents", "a: 1\n---\nb: 1\n", []],
    ["a key with a question mark", "? a\n: 1\n", []],
  ];
  for (const [edge, text, path] of refused) {
    it(edge, () => {
      assert.throws(() => insertPair(text, path, "ours", { flow: "1" }), InjectorRefusal);
    });
  }

  it("with the reason on one line", () => {
    assert.throws(() => parseYaml("a: {", "data.config"), {
      message: /^data\.config, line 1, column 5: expected YAML or JSON, got text that can't be read [^\n]+$/,
    });
  });
});

function at(text: string, path: readonly string[]): Record<string, unknown> {
  return path.reduce((map, key) => map[key], parse(text)) ?? {};
}
