import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { unknownMarker } from "../../provider/data/unknown";
import { parseSettings } from "../../provider/settings/parseSettings";
import { parseTextList } from "../../provider/settings/textList";
import { parserRows } from "./parserRows";

describe("a list of texts", () => {
  parserRows(
    parseTextList("names", (text) => (text === "bad" ? `mend ${text}` : undefined)),
    [
      ["an array, in its order and without doubles", ["b", "a", "b"], ["b", "a"]],
      ["one text, commas included", "a,{1,2}", ["a,{1,2}"]],
      ["nothing", [], []],
    ],
    [
      ["empty text", "", /array of non-empty strings/],
      ["an array with an empty text", ["a", ""], /array of non-empty strings/],
      ["an array with a number", ["a", 1], /array of non-empty strings/],
      ["a number", 1, /array of non-empty strings/],
      ["a map", { a: "b" }, /array of non-empty strings/],
      ["null", null, /array of non-empty strings/],
      ["texts that won't do, told once", ["bad", "a", "bad"], /^mend bad$/],
    ],
  );

  it("is unknown as a whole while one entry is unknown", () => {
    assert.deepEqual(parseTextList("names")(["a", unknownMarker]), { value: unknownMarker });
  });
});

describe("regular expressions for Envoy's statistics", () => {
  const problems = (text: string) => parseSettings({ statsMatcher: { inclusionRegexps: [text] } }).problems;
  for (const text of [
    "a|b",
    ".*osconfig.{1,2}",
    "(?:a)",
    "\\.x$",
    "(?i)upstream.*",
    "(?i:a)b",
    "(?P<n>a+)_rq",
    "(?s-U)a.b",
    "\\(?=x",
    "\\\\1",
    "\\12",
    "[(?=]x",
    "[[:alpha:]]+",
    "\\Qa(b\\E",
  ]) {
    it(`may be ${text}`, () => {
      assert.deepEqual(problems(text), []);
    });
  }
  for (const [text, todo] of [
    ["(", /not a valid regular expression/],
    ["a(?=b)", /no lookaround or backreferences/],
    ["(?<!a)b", /no lookaround or backreferences/],
    ["(?=a)", /no lookaround or backreferences/],
    ["(?i)(a", /not a valid regular expression/],
    ["(?<n>a)", /write a named group as/],
    ["(a)\\1", /no lookaround or backreferences/],
  ] as const) {
    it(`may not be ${text}`, () => {
      assert.match(problems(text)[0]?.todo ?? "", todo);
    });
  }
});
