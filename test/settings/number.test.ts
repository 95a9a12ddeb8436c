import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseNumber } from "../../provider/settings/number";
import { parserRows } from "./parserRows";

const whole = parseNumber({ least: 0, most: 1024, digits: 0, of: "threads" });
const percent = parseNumber({ least: 0, most: 100, digits: 2, of: "percent" });

describe("a whole number", () => {
  parserRows(
    whole,
    [
      ["a number", 2, "2"],
      ["text that is one", "2", "2"],
      ["text with spaces around and leading zeros", " 007 ", "7"],
      ["text with decimals that say nothing", "2.0", "2"],
      ["the least", 0, "0"],
      ["zero below zero", -0, "0"],
      ["the most", 1024, "1024"],
    ],
    [
      ["less than the least", -1, /within this range/],
      ["more than the most", 1025, /within this range/],
      ["a fraction", 1.5, /round it to a whole number/],
      ["a fraction as text", "1.5", /round it to a whole number/],
      ["no number", Number.NaN, /write just the number/],
      ["without end", Number.POSITIVE_INFINITY, /write just the number/],
      ["in scientific notation", "1e2", /write just the number/],
      ["in hexadecimal", "0x10", /write just the number/],
      ["signed text", "+1", /write just the number/],
      ["empty text", "", /write just the number/],
      ["spaces", " ", /write just the number/],
      ["a number with a unit", "2 threads", /write just the number/],
      ["true", true, /write just the number/],
      ["null", null, /write just the number/],
      ["a list", [1], /write just the number/],
    ],
  );

  it("is reported with its bounds and its unit", () => {
    assert.deepEqual(whole(2000), {
      got: "2000",
      expected: "a whole number of threads, 0 to 1024",
      todo: "choose a value within this range",
    });
  });
});

describe("a number with decimals", () => {
  parserRows(
    percent,
    [
      ["one with as many decimals as there may be", 12.25, "12.25"],
      ["text with zeros behind", "12.50", "12.5"],
      ["one that binary fractions can't hold", 0.29, "0.29"],
      ["a whole one", 100, "100"],
    ],
    [
      ["one with more decimals", 12.345, /round it to 12\.3[45]/],
      ["one above the most by a little", 100.01, /within this range/],
    ],
  );
});
