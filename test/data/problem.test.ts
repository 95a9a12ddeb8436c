import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { problemText, SettingsError, shown } from "../../provider/data/problem";
import { declarations } from "../../provider/settings/declarations";
import { parseSettings } from "../../provider/settings/parseSettings";
import { nestedAt } from "../settings/settingSamples";

const hostile: [string, string][] = [
  ["newlines", "1\n2\r\n3"],
  ["quotes", `1" '2' \`3\` \\`],
  ["braces", "}}{{ ]["],
  ["a template action", '{{ .Values.global.proxy.image }}{{ fail "x" }}'],
  ["YAML anchors and tags", "&a *a !!python/object:x"],
  ["a YAML comment", "1 # and more"],
  ["a YAML document end", "1\n---\nkind: Pod"],
  ["terminal colours", "\u001b[31mred\u001b[0m"],
  ["a NUL", "1\u0000"],
  ["a megabyte", "a b".repeat(300_000)],
  ["half an emoji where it is cut", "😀".repeat(200)],
];

/** Settings that take any text, or a list of any. */
const free = new Set([
  "statsMatcher.inclusionPrefixes",
  "statsMatcher.inclusionSuffixes",
  "statsMatcher.inclusionRegexps",
  "extraStatTags",
]);

/** Text that fits one line of a report: no control characters, not cut through a character, of bearable length. */
function assertPrintable(text: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  assert.doesNotMatch(text, /[\u0000-\u001f]/);
  assert.equal(Buffer.from(text).toString(), text, "cut in the middle of a character");
  assert.ok(text.length < 1500, `${text.length} characters`);
}

describe("a problem's message", () => {
  for (const [edge, text] of hostile) {
    it(`stays one line of text when a value holds ${edge}`, () => {
      for (const { path } of declarations) {
        for (const value of [text, [text], { [text]: 1 }, { exec: { command: ["a"], [text]: 1 } }]) {
          const { problems } = parseSettings(nestedAt(path, value));
          if (!(free.has(path) && [value].flat().every((one) => typeof one === "string")))
            assert.ok(problems.length > 0, path);
          for (const problem of problems) for (const part of Object.values(problem)) assertPrintable(part);
        }
      }
    });

    it(`stays one line of text when a key holds ${edge}`, () => {
      for (const written of [{ [text]: 1 }, { capture: { [text]: 1 } }]) {
        const { problems } = parseSettings(written);
        assert.equal(problems.length, 1);
        assertPrintable(problemText(problems));
      }
    });
  }

  it("says where, what was found, what is wanted and what to do", () => {
    const { problems } = parseSettings({ dnsProxy: "yes" });
    assert.equal(
      problemText(problems),
      '✖ dnsProxy: expected true or false, got "yes". Write true, without quotes.',
    );
  });
});

describe("a settings error", () => {
  it("counts its problems and shows them all", () => {
    const { problems } = parseSettings({ dnsProxy: 1, terminationDrainDuration: "1d" });
    const error = new SettingsError("settings.yaml", problems);
    assert.match(error.message, /^settings\.yaml: 2 problems\n✖ \w+: expected .*\n✖ \w+: expected .*$/);
    assert.match(new SettingsError("shop", problems.slice(1)).message, /^shop: 1 problem\n/);
    assert.equal(error.problems.length, 2);
  });
});

describe("a value as a message shows it", () => {
  const rows: [unknown, string][] = [
    ["a\nb", '"a\\nb"'],
    [undefined, "undefined"],
    [null, "null"],
    [10n, "10"],
    [Number.NaN, "NaN"],
    [{ a: [1] }, '{"a":[1]}'],
    ["x".repeat(100), `"${"x".repeat(79)}…`],
  ];
  for (const [value, text] of rows) {
    it(`is ${text.slice(0, 20)}`, () => {
      assert.equal(shown(value), text);
    });
  }
});
