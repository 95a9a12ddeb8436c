import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseSeconds, secondsOf } from "../../provider/settings/duration";

describe("a duration", () => {
  const read: [string, unknown, string][] = [
    ["seconds", "10s", "10s"],
    ["a number of seconds", 10, "10s"],
    ["minutes and seconds", "1m30s", "90s"],
    ["hours", "2h", "7200s"],
    ["a fraction that is whole in seconds", "0.5m", "30s"],
    ["a fraction that floating point blurs", "2.05m", "123s"],
    ["a fraction of an hour that floating point blurs", "0.035h", "126s"],
    ["milliseconds that are whole seconds", "2000ms", "2s"],
    ["spaces around", " 10s ", "10s"],
    ["the shortest", "1s", "1s"],
    ["the longest", "24h", "86400s"],
  ];
  for (const [edge, written, canonical] of read) {
    it(`may be ${edge}: ${JSON.stringify(written)} is ${canonical}`, () => {
      assert.deepEqual(parseSeconds(written), { value: canonical });
    });
  }

  const wrong: [string, unknown, RegExp][] = [
    ["zero", "0s", /within this range/],
    ["more than a day", "24h1s", /within this range/],
    ["a fraction of a second", "1.5s", /whole seconds/],
    ["half a second in milliseconds", "500ms", /whole seconds/],
    ["a number with a fraction", 1.5, /whole seconds/],
    ["text without a unit", "90", /with their units/],
    ["days", "1d", /with their units/],
    ["microseconds", "1us", /with their units/],
    ["a negative duration", "-1s", /with their units/],
    ["a space inside", "10 s", /with their units/],
    ["a unit in the wrong case", "10S", /with their units/],
    ["nothing", "", /with their units/],
    ["null", null, /with their units/],
    ["a list", ["10s"], /with their units/],
    ["not a number", Number.NaN, /with their units/],
  ];
  for (const [edge, written, todo] of wrong) {
    it(`may not be ${edge}`, () => {
      const read = parseSeconds(written);
      assert.ok("todo" in read, JSON.stringify(read));
      assert.match(read.todo, todo);
    });
  }

  it("in canonical form has its seconds in it", () => {
    assert.equal(secondsOf("90s"), 90);
  });
});
