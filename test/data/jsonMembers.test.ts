import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isMap, isScalar, parseDocument } from "yaml";
import { jsonMembers, readJson } from "../../provider/data/jsonMembers";

const texts: [string, string][] = [
  ["nothing in it", "{}"],
  ["space in it", "{ \n }"],
  ["one line", '{"a":1,"b":[1,{"c":"d"}],"e":{"f":{}}}'],
  ["indentation", JSON.stringify({ a: [1, [2, {}]], b: { c: null }, d: -1.5e3, e: true }, undefined, 2)],
  ["tabs and CRLF", '{\t"a" :\t1 ,\r\n"b":\r\n{"c" : []}}'],
  ["text that looks like JSON", JSON.stringify({ a: '{"x": [1, "}"]', 'k"]': ",:{}[]\\", "": "" })],
  ["escapes", '{"a\\u0062\\"c":"\\\\","d":"\\\\\\"}"}'],
  ["a key named __proto__", '{"__proto__":{"a":1},"constructor":2}'],
];

describe("the members of an object in a JSON text", () => {
  for (const [edge, text] of texts) {
    it(`${edge}: stand where a YAML reader finds them`, () => {
      const map = parseDocument(text).contents;
      assert.ok(isMap(map));
      const members = map.items.map(({ key, value }) => {
        assert.ok(isScalar(key));
        const { range } = value as { range?: [number, number, number] };
        return { key: key.value, keyStart: key.range?.[0], valueStart: range?.[0], valueEnd: range?.[1] };
      });
      assert.deepEqual(jsonMembers(text, text.indexOf("{")), members);
    });
  }

  it("of an object inside another are its own", () => {
    const text = '{"a":{"b":1,"c":{"d":2}},"e":3}';
    const keys = jsonMembers(text, text.indexOf("{", 1)).map(({ key }) => key);
    assert.deepEqual(keys, ["b", "c"]);
  });
});

describe("a JSON text", () => {
  for (const [edge, text] of texts)
    it(`${edge}: says what JSON says`, () => assert.deepEqual(readJson(text), { content: JSON.parse(text) }));

  for (const [edge, text] of [
    ["a key twice", '{"a":1,"a":1}'],
    ["a key twice, written in two ways", '{"a":1,"\\u0061":2}'],
    ["a key twice, deep in it", '{"a":[{"b":{"c":1,"d":2,"c":3}}]}'],
    ["YAML", "a: 1\n"],
    ["a comma too many", '{"a":1,}'],
  ] as const)
    it(`${edge}: is left to the YAML reader, which refuses what is ambiguous`, () =>
      assert.equal(readJson(text), undefined));
});
