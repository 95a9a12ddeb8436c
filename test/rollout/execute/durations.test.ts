import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { durationsOf } from "../../../provider/rollout/execute/durations";

describe("the durations of a rollout", () => {
  const rows: [string, [string, number][], number, ReturnType<typeof durationsOf>][] = [
    ["nothing restarted", [], 400, undefined],
    ["one", [["shop/a", 4_400]], 5_000, { total: "5s", median: "4s", longest: "4s shop/a" }],
    [
      "an even number: the lower of the two in the middle",
      [
        ["shop/a", 9_000],
        ["shop/b", 1_000],
      ],
      9_100,
      { total: "9s", median: "1s", longest: "9s shop/a" },
    ],
    [
      "an odd number",
      [
        ["shop/a", 2_000],
        ["shop/b", 90_000],
        ["shop/c", 3_000],
      ],
      95_000,
      { total: "95s", median: "3s", longest: "90s shop/b" },
    ],
  ];
  for (const [edge, took, total, expected] of rows)
    it(edge, () => assert.deepEqual(durationsOf(new Map(took), total), expected));
});
