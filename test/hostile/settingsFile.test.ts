import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { stringify } from "yaml";
import { layersOfFile } from "../../provider/platformFile/layersOfFile";
import { SettingsFileError } from "../../provider/platformFile/PlacedProblem";
import { readPlatformFile } from "../../provider/platformFile/readPlatformFile";
import { parseSettings } from "../../provider/settings/parseSettings";
import { asProperties } from "../../provider/settings/settingsInputs";
import { everything, otherwise } from "../laws/lawSettings";
import { hostileKey, jsonValue, mangled, settingsWith } from "./arbitraries";
import { holds, orRefusal } from "./claims";

const whole = stringify({
  injector: { revision: "canary" },
  rollout: { strategy: "evict", maxConcurrent: 2 },
  injectorTimeout: "60s",
  global: everything,
  namespaces: { shop: otherwise, cart: { publish: false } },
  workloads: { web: { namespace: "shop", selector: { matchLabels: { app: "web" } }, priority: 5 } },
  waves: [["cart"], ["shop"]],
});
const texts = [
  whole,
  readFileSync(join(__dirname, "../../settings.yaml"), "utf8"),
  "x: &x { concurrency: 2 }\nnamespaces: { shop: *x, cart: { <<: *x } }\n",
];

/** A file is read, or refused with places that are in it. */
function read(text: string): void {
  const lines = text.split("\n");
  try {
    const file = readPlatformFile(text, "settings.yaml");
    for (const { layers } of layersOfFile(file, () => "o"))
      for (const [target, { settings }] of Object.entries(layers))
        assert.deepEqual(parseSettings(asProperties(settings)), { value: settings, problems: [] }, target);
  } catch (error) {
    if (!(error instanceof SettingsFileError)) throw error;
    for (const { line, column, got } of error.problems) {
      assert.ok(line >= 1 && line <= lines.length + 1 && column >= 1, `${line}:${column}`);
      assert.doesNotMatch(got, /Maximum call stack|\[object /);
    }
    orRefusal(() => {
      throw error;
    });
  }
}

describe("a settings file", () => {
  it("of any text is read, or refused with lines and columns", () => {
    holds(mangled(texts), read, 100);
  });

  it("of any data is read, or refused with lines and columns", () => {
    const part = fc.oneof(
      settingsWith(jsonValue),
      fc.dictionary(fc.oneof(fc.constantFrom("shop", "web"), hostileKey), settingsWith(jsonValue), {
        maxKeys: 3,
      }),
      jsonValue,
    );
    const keys = fc.constantFrom(
      "global",
      "namespaces",
      "workloads",
      "waves",
      "rollout",
      "injector",
      "cluster",
    );
    const file = fc.dictionary(fc.oneof({ weight: 9, arbitrary: keys }, hostileKey), part, { maxKeys: 4 });
    holds(file, (data) => read(JSON.stringify(data)), 200);
  });

  const edges: [string, string, RegExp][] = [
    [
      "with an anchor that contains itself",
      "global: &a\n  env: *a\n",
      /more than 64 levels of nesting, or an anchor that contains itself/,
    ],
    ["with 20,000 brackets", `global: ${"[".repeat(20_000)}`, /more than 64 levels of nesting/],
    ["with 3,000 lists in lists", `global: ${"- ".repeat(3_000)}x`, /not YAML: /],
    [
      "with aliases that stand for gigabytes",
      bomb((list) => `[${list}]`),
      /aliases that repeat what they stand for/,
    ],
    [
      "with merges that stand for gigabytes",
      bomb((list) => `{ <<: [${list}] }`, "{ x: 1 }"),
      /aliases that repeat what they stand for/,
    ],
    ["with an alias of nothing", "global: *a", /Unresolved alias/],
    ["with a second document", "global: {}\n---\nglobal: { dnsProxy: true }\n", /a second document/],
    ["with keys that are lists", "global: { [a, b]: 1 }", /: unknown key/],
  ];
  for (const [edge, text, message] of edges) {
    it(`${edge} is refused, at once`, () => {
      const began = performance.now();
      assert.throws(
        () => readPlatformFile(text, "settings.yaml"),
        (error: unknown) => {
          assert.ok(error instanceof SettingsFileError, String(error));
          assert.match(error.message, message);
          return true;
        },
      );
      assert.ok(performance.now() - began < 10_000);
    });
  }
});

/** Ten lines, each of which stands for eight times the one before. */
function bomb(line: (list: string) => string, first = "[x]"): string {
  const lines = Array.from(
    { length: 10 },
    (_, at) => `a${at + 1}: &a${at + 1} ${line(Array(8).fill(`*a${at}`).join(", "))}`,
  );
  return [`a0: &a0 ${first}`, ...lines].join("\n");
}
