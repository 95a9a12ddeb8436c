import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { problemText } from "../../provider/data/problem";
import { unknownKeys } from "../../provider/data/unknownKeys";

describe("a key that is not known", () => {
  const known = ["rollout", "injectorTimeout"];
  const former = { patience: "injectorTimeout", layerName: "workloadName" };
  const rows: [edge: string, given: object, text: string][] = [
    ["is like a known one", { rolout: {} }, '✖ rolout: unknown key "rolout": did you mean rollout?'],
    ["is like none", { zzz: 1 }, '✖ zzz: unknown key "zzz". Known keys: rollout, injectorTimeout.'],
    ["had this name before", { patience: 1 }, '✖ patience: "patience" was renamed to injectorTimeout.'],
    [
      "had this name before, in another place",
      { layerName: 1 },
      '✖ layerName: unknown key "layerName". Known keys: rollout, injectorTimeout.',
    ],
    ["is undefined, which is not given", { patience: undefined }, ""],
  ];
  for (const [edge, given, text] of rows)
    it(edge, () => assert.equal(problemText(unknownKeys({ ...given }, known, { former })).trim(), text));
});
