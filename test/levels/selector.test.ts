import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { unknownMarker } from "../../provider/data/unknown";
import {
  asLabelSelector,
  type LabelSelector,
  labelsPickedBy,
  type Operator,
  parseSelector,
  type Requirement,
  selectorText,
  selects,
} from "../../provider/levels/selector";

const is = (key: string, ...values: string[]): Requirement => ({ key, operator: "In", values });
const not = (key: string, ...values: string[]): Requirement => ({ key, operator: "NotIn", values });
const has = (key: string): Requirement => ({ key, operator: "Exists" });
const lacks = (key: string): Requirement => ({ key, operator: "DoesNotExist" });

describe("a selector as people write it", () => {
  it("is its conditions in one order, whatever the spelling", () => {
    const selector = [is("app", "web"), not("stage", "a", "b"), has("team"), lacks("canary")];
    for (const written of [
      {
        matchLabels: { app: "web" },
        matchExpressions: [
          { key: "team", operator: "Exists" },
          { key: "canary", operator: "DoesNotExist", values: [] },
          { key: "stage", operator: "NotIn", values: ["b", "a", "b"] },
        ],
      },
      {
        matchExpressions: [
          { key: "stage", operator: "NotIn", values: ["a", "b"] },
          { key: "canary", operator: "DoesNotExist" },
          { key: "app", operator: "In", values: ["web"] },
          { key: "team", operator: "Exists" },
        ],
      },
    ]) {
      const read = parseSelector(written);
      assert.deepEqual(read.problems, []);
      assert.deepEqual(new Set(read.value), new Set(selector));
      assert.deepEqual(read.value, [selector[0], selector[3], selector[1], selector[2]]);
    }
  });

  it("comes back the same from the form in which Kubernetes has it", () => {
    const written: LabelSelector = {
      matchLabels: { app: "web", "example.com/tier": "" },
      matchExpressions: [
        { key: "canary", operator: "DoesNotExist" },
        { key: "stage", operator: "In", values: ["a", "b"] },
        { key: "stage", operator: "NotIn", values: ["c"] },
        { key: "team", operator: "Exists" },
      ],
    };
    const { value: selector } = parseSelector(written);
    assert.deepEqual(asLabelSelector(selector), written);
    assert.deepEqual(parseSelector(asLabelSelector(selector)), { value: selector, problems: [] });
    assert.deepEqual(asLabelSelector([is("app", "web")]), { matchLabels: { app: "web" } });
    assert.deepEqual(asLabelSelector([has("app")]), {
      matchExpressions: [{ key: "app", operator: "Exists" }],
    });
  });

  it("keeps two values for one label apart, which no pod has, in the form of Kubernetes", () => {
    const selector = [is("app", "a"), is("app", "b")];
    assert.deepEqual(parseSelector(asLabelSelector(selector)).value, selector);
  });

  it("passes while a part of it is unknown", () => {
    for (const written of [
      unknownMarker,
      { matchLabels: unknownMarker },
      { matchLabels: { app: unknownMarker } },
      { matchExpressions: [{ key: "app", operator: "In", values: [unknownMarker] }] },
    ])
      assert.deepEqual(parseSelector(written), { value: [], problems: [] });
  });

  const wrong: [string, unknown, string[], RegExp][] = [
    ["nothing", undefined, ["selector"], /./],
    ["text", "app=web", ["selector"], /./],
    ["a list", [{ app: "web" }], ["selector"], /./],
    ["no conditions", {}, ["selector"], /NamespaceSidecarSettings/],
    ["no labels", { matchLabels: {} }, ["selector"], /NamespaceSidecarSettings/],
    [
      "labels without matchLabels, as a Service has them",
      { app: "web" },
      ["selector.app"],
      /^write labels below matchLabels$/,
    ],
    [
      "a misspelt key",
      { matchLabel: { app: "web" } },
      ["selector.matchLabel"],
      /^did you mean matchLabels\?$/,
    ],
    [
      "a key with a space",
      { matchLabels: { "a b": "c" } },
      ["selector.matchLabels.a b"],
      /^write it as the pods have it$/,
    ],
    [
      "a value with a space",
      { matchLabels: { app: "a b" } },
      ["selector.matchLabels.app"],
      /as the pods have/,
    ],
    [
      "a value of 64 characters",
      { matchLabels: { app: "a".repeat(64) } },
      ["selector.matchLabels.app"],
      /as the pods have/,
    ],
    [
      "a number for a value",
      { matchLabels: { app: 1 } },
      ["selector.matchLabels.app"],
      /^write it in quotes: "1"$/,
    ],
    [
      "a switch for a value",
      { matchExpressions: [{ key: "app", operator: "In", values: ["a", true] }] },
      ["selector.matchExpressions.0.values.1"],
      /^write it in quotes: "true"$/,
    ],
    ["labels in a list", { matchLabels: ["app"] }, ["selector.matchLabels"], /^write \{ app: web \}/],
    [
      "no list of conditions",
      { matchExpressions: {} },
      ["selector.matchExpressions"],
      /^write \[\{ key: app/,
    ],
    [
      "a condition that is text",
      { matchExpressions: ["app"] },
      ["selector.matchExpressions.0"],
      /^write \{ key: app/,
    ],
    [
      "a label called __proto__, which a reader may pass over so that more pods are picked",
      JSON.parse('{"matchLabels": {"__proto__": "x", "app": "web"}}'),
      ["selector.matchLabels.__proto__"],
      /./,
    ],
    [
      "a key that moves a terminal's cursor",
      { matchLabels: { app: "web" }, "\u001b[2J": 1 },
      ["selector.\\u001b[2J"],
      /^write labels below matchLabels$/,
    ],
    [
      "an operator in the wrong case",
      { matchExpressions: [{ key: "app", operator: "in", values: ["a"] }] },
      ["selector.matchExpressions.0.operator"],
      /./,
    ],
    [
      "In without values",
      { matchExpressions: [{ key: "app", operator: "In", values: [] }] },
      ["selector.matchExpressions.0.values"],
      /./,
    ],
    [
      "Exists with a value",
      { matchExpressions: [{ key: "app", operator: "Exists", values: ["a"] }] },
      ["selector.matchExpressions.0.values"],
      /./,
    ],
    [
      "several mistakes, all of them told",
      { matchLabels: { app: "a b" }, matchExpressions: [{ key: "-", operator: "Exists" }] },
      ["selector.matchLabels.app", "selector.matchExpressions.0.key"],
      /./,
    ],
  ];
  for (const [edge, written, paths, todo] of wrong) {
    it(`may not be ${edge}`, () => {
      const { value: selector, problems } = parseSelector(written);
      assert.deepEqual(selector, []);
      assert.deepEqual(
        problems.map(({ path }) => path),
        paths,
      );
      assert.match(problems[0]?.todo ?? "", todo);
    });
  }

  it("is text as kubectl has it", () => {
    assert.equal(
      selectorText([
        is("app", "web"),
        is("tier", "a", "b"),
        not("stage", "x", "y"),
        has("team"),
        lacks("beta"),
      ]),
      "app=web,tier in (a,b),stage notin (x,y),team,!beta",
    );
  });
});

describe("a pod is picked", () => {
  const rows: [string, Requirement[], Record<string, string>, boolean][] = [
    ["where a label has the value", [is("app", "web")], { app: "web", x: "y" }, true],
    ["where it has one of the values", [is("app", "a", "web")], { app: "web" }, true],
    ["not where it has another", [is("app", "web")], { app: "api" }, false],
    ["not where it is missing", [is("app", "web")], {}, false],
    ["where an excluded value is another", [not("app", "web")], { app: "api" }, true],
    ["where an excluded value's label is missing, as in Kubernetes", [not("app", "web")], {}, true],
    ["not where it has an excluded value", [not("app", "api", "web")], { app: "web" }, false],
    ["where a label is there, empty or not", [has("app")], { app: "" }, true],
    ["not where it is not", [has("app")], { App: "" }, false],
    ["where a label is not there", [lacks("app")], {}, true],
    ["not where it is there, even empty", [lacks("app")], { app: "" }, false],
    ["where an empty value is asked for and there", [is("app", "")], { app: "" }, true],
    ["not where an empty value is asked for and the label is missing", [is("app", "")], {}, false],
    ["where all conditions hold", [is("app", "web"), has("team")], { app: "web", team: "a" }, true],
    ["not where one does not", [is("app", "web"), has("team")], { app: "web" }, false],
    ["by no inherited property", [has("constructor")], {}, false],
    ["where a label has the name of an inherited property", [has("constructor")], { constructor: "x" }, true],
  ];
  for (const [edge, selector, labels, expected] of rows) {
    it(edge, () => {
      assert.equal(selects(selector, labels), expected);
    });
  }
});

describe("labels that a selector picks", () => {
  const contradictions: [string, Requirement[]][] = [
    ["two values for one label", [is("app", "a"), is("app", "b")]],
    ["a value that is excluded", [is("app", "a"), not("app", "a")]],
    ["values that are all excluded, one by one", [is("app", "a", "b"), not("app", "a"), not("app", "b")]],
    ["a value of a label that is missing", [is("app", "a"), lacks("app")]],
    ["a label that is there and missing", [has("app"), lacks("app")]],
  ];
  for (const [edge, selector] of contradictions) {
    it(`are none with ${edge}`, () => {
      assert.equal(labelsPickedBy(selector), undefined);
    });
  }

  it("are found for any excluded values", () => {
    const labels = labelsPickedBy([has("app"), not("app", "any0", "any1")]);
    assert.ok(labels && selects([has("app"), not("app", "any0", "any1")], labels));
  });

  it("of two selectors together are found exactly where one pod can have both, by brute force", () => {
    const seed = Number(process.env.TEST_SEED ?? Date.now() % 100_000);
    const random = numbers(seed);
    const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item;
    const [keys, values] = [
      ["app", "tier"],
      ["", "a", "b"],
    ];
    const operators: Operator[] = ["In", "NotIn", "Exists", "DoesNotExist"];
    const requirement = (): Requirement => {
      const [key, operator] = [pick(keys), pick(operators)];
      return operator === "In" || operator === "NotIn"
        ? { key, operator, values: [pick(values), pick(values)] }
        : { key, operator };
    };
    const selector = () => Array.from({ length: 1 + Math.floor(random() * 3) }, requirement);
    // "else" stands for every value that no condition names
    const options = [undefined, ...values, "else"];
    const universe = options.flatMap((app) =>
      options.map((tier) => ({
        ...(app === undefined ? {} : { app }),
        ...(tier === undefined ? {} : { tier }),
      })),
    );
    let [possible, impossible] = [0, 0];
    for (let round = 0; round < 3000; round++) {
      const [a, b] = [selector(), selector()];
      const brute = universe.some((labels) => selects(a, labels) && selects(b, labels));
      const found = labelsPickedBy([...a, ...b]);
      const what = `TEST_SEED=${seed}, round ${round}: ${selectorText(a)} and ${selectorText(b)}`;
      assert.equal(found !== undefined, brute, what);
      if (found) assert.ok(selects(a, found) && selects(b, found), `${what}: ${JSON.stringify(found)}`);
      if (brute) possible++;
      else impossible++;
    }
    assert.ok(possible > 300 && impossible > 300, `${possible} possible, ${impossible} not`);
  });
});

/** mulberry32: the same numbers for the same seed on every machine. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
