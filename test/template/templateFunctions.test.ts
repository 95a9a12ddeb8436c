import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { compareReleases, oldestRelease } from "../../provider/template/istioVersion";
import { joinedTemplate } from "../../provider/template/joinedTemplate";
import { template } from "../configMap/injectorText";
import { functionCalls, templateFunctions } from "./templateFunctions";

const goldens = join(__dirname, "../goldens");
const injectors = readdirSync(goldens, { recursive: true, encoding: "utf8" }).filter((file) =>
  file.endsWith("injector.yaml"),
);
const templates: [string, string][] = [
  ["injectorText.ts", template],
  ...injectors.map((file): [string, string] => {
    const { config } = parse(readFileSync(join(goldens, file), "utf8"));
    return [file, parse(config).templates.sidecar];
  }),
];

/** Functions that Istio's template does not call as often, by what was added. */
function added(text: string, istios: string): string[] {
  const before = functionCalls(istios);
  return [...functionCalls(text)].flatMap(([name, calls]) => (calls === before.get(name) ? [] : [name]));
}

describe("what is added to Istio's template", () => {
  assert.ok(templates.length > 3);
  for (const [file, istios] of templates) {
    it(`calls only functions that every supported release has in that form: ${file}`, () => {
      const names = added(joinedTemplate(istios).text, istios);
      assert.deepEqual(
        names.filter((name) => !Object.hasOwn(templateFunctions, name)),
        [],
      );
    });
  }

  it("calls each function of the list somewhere", () => {
    const called = new Set(templates.flatMap(([, istios]) => added(joinedTemplate(istios).text, istios)));
    assert.deepEqual(
      Object.keys(templateFunctions).filter((name) => !called.has(name)),
      [],
    );
  });

  it("is served by the oldest supported release", () => {
    for (const [name, { since }] of Object.entries(templateFunctions))
      assert.ok(compareReleases(since, oldestRelease) <= 0, name);
  });
});

describe("calls of functions", () => {
  const rows: [string, string, Record<string, number>][] = [
    [
      "in pipelines and parentheses",
      "{{ (dig `a` $b .C) | toJson | quote }}",
      { dig: 1, toJson: 1, quote: 1 },
    ],
    ["twice", "{{ if eq .A 1 }}{{ eq $.B.eq 2 }}{{ end }}", { eq: 2 }],
    [
      "are not in texts, comments and fields",
      '{{/* fail */}}{{ print "a \\" fail" `fail` .fail }} fail',
      { print: 1 },
    ],
  ];
  for (const [edge, text, calls] of rows) {
    it(edge, () => {
      assert.deepEqual(Object.fromEntries(functionCalls(text)), calls);
    });
  }
});
