import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { placedSentence } from "../../provider/data/problem";
import { unknownMarker } from "../../provider/data/unknown";
import { effectiveRollout, parseRollout } from "../../provider/levels/parseRollout";

describe("options of a rollout as given", () => {
  it("are brought to one form, without defaults", () => {
    assert.deepEqual(parseRollout({ pauseBetween: "1m30s", strategy: undefined }), {
      value: { pauseBetween: "90s" },
      problems: [],
    });
    assert.deepEqual(parseRollout(undefined), { value: {}, problems: [] });
  });

  const wrong: [edge: string, given: unknown, path: string, todo: RegExp][] = [
    ["a misspelt name", { maxConcurent: 1 }, "rollout.maxConcurent", /^did you mean maxConcurrent\?$/],
    ["a name that is like none", { zzzzzzzzzz: 1 }, "rollout.zzzzzzzzzz", /^remove it$/],
    ["a number out of bounds", { maxConcurrent: 0 }, "rollout.maxConcurrent", /./],
    [
      "a duration in words",
      { timeoutPerWorkload: "5 minutes" },
      "rollout.timeoutPerWorkload",
      /^expected a duration/,
    ],
    ["a word", "none", "rollout", /^nest them below it$/],
    [
      "a label that is a number",
      { selector: { matchLabels: { tier: 1 } } },
      "rollout.selector.matchLabels.tier",
      /^expected a label's value: .*, got 1\. Write it in quotes: "1"\.$/,
    ],
    [
      "the name that an option had before",
      { include: ["image"] },
      "rollout.include",
      /^use restartOn, its current name$/,
    ],
  ];
  for (const [edge, given, path, todo] of wrong) {
    it(`are refused with ${edge}, and where it is`, () => {
      const [problem] = parseRollout(given).problems;
      assert.equal(problem?.path, path);
      assert.match(problem?.todo ?? "", todo);
    });
  }

  it("are refused with what an option may be", () => {
    const said = Object.entries({
      strategy: "Restart",
      maxConcurrent: "3",
      onFailure: true,
      restartOn: "image",
      restartUnhealthy: "yes",
    }).map(([name, value]) => parseRollout({ [name]: value }).problems.map(placedSentence));
    assert.deepEqual(said.flat(), [
      'rollout.strategy: expected restart, evict or none, got "Restart". Write one of these, or leave it out.',
      'rollout.maxConcurrent: expected a whole number from 1 to 1000, got "3". Write one of these, or leave it out.',
      "rollout.onFailure: expected stop, continue or rollback, got true. Write one of these, or leave it out.",
      'rollout.restartOn: expected a list of "image", got "image". Write one of these, or leave it out.',
      'rollout.restartUnhealthy: expected true or false, got "yes". Write one of these, or leave it out.',
    ]);
  });

  it("are refused one by one: what can be read holds", () => {
    const { value: options, problems } = parseRollout({
      strategy: "none",
      maxConcurent: 3,
      onFailure: "explode",
    });
    assert.deepEqual(options, { strategy: "none" });
    assert.deepEqual(
      problems.map(({ path }) => path),
      ["rollout.maxConcurent", "rollout.onFailure"],
    );
  });

  it("that a preview can't know yet are left out", () => {
    assert.deepEqual(parseRollout(unknownMarker), { value: {}, problems: [] });
    assert.deepEqual(parseRollout({ strategy: unknownMarker, maxConcurrent: 2 }).value, {
      maxConcurrent: 2,
    });
  });
});

describe("options of several levels", () => {
  it("merge one by one, the stronger level's first, and the defaults last", () => {
    const { strategy, maxConcurrent, onFailure, timeoutPerWorkload } = effectiveRollout([
      { strategy: "none", maxConcurrent: 10, onFailure: "continue" },
      undefined,
      { strategy: "evict" },
      { maxConcurrent: 1 },
    ]);
    assert.deepEqual(
      [strategy, maxConcurrent, onFailure, timeoutPerWorkload],
      ["evict", 1, "continue", "600s"],
    );
  });
});
