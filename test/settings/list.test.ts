import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { unknownMarker } from "../../provider/data/unknown";
import { cidrEntry } from "../../provider/settings/cidr";
import { listEntries, parseList } from "../../provider/settings/list";
import { portEntry } from "../../provider/settings/port";

const includePorts = parseList(portEntry(true));
const excludePorts = parseList(portEntry(false));
const ranges = parseList(cidrEntry(true));

describe("a list", () => {
  const read: [string, unknown, string][] = [
    ["numbers and text", [80, "443"], "80,443"],
    ["text with commas", "80,443", "80,443"],
    ["text with commas and spaces, ASM's form", "80, 443", "80,443"],
    ["one number", 80, "80"],
    ["an order of its own, which stays", [9000, 80, 443], "9000,80,443"],
    ["an entry twice, which goes", [80, "443", 80], "80,443"],
    ["one entry in two spellings", ["80", "080"], "80"],
    ["no entry: nothing, not unset", [], ""],
    ["empty text: nothing, not unset", "", ""],
    ['"*" alone', "*", "*"],
    ['"*" alone in an array', ["*"], "*"],
    ["an entry that a preview does not know yet", [80, unknownMarker], unknownMarker],
    ["a preview's unknown in text", `80,${unknownMarker}`, unknownMarker],
  ];
  for (const [edge, written, canonical] of read) {
    it(`may have ${edge}`, () => {
      assert.deepEqual(includePorts(written), { value: canonical });
    });
  }

  it("has duplicates by meaning: IPv6 in capitals is the same range", () => {
    assert.deepEqual(ranges(["2001:DB8::/32", "2001:db8::/32"]), { value: "2001:db8::/32" });
  });

  const wrong: [string, unknown, RegExp, RegExp][] = [
    ["an empty entry", "80,,443", /^""$/, /"" is not a port number/],
    ["a comma and nothing else", ",", /^"", ""$/, /"" is not a port number/],
    ["text with commas inside an array", ["80,443"], /^"80,443"$/, /is not a port number/],
    ['"*" and a port', "*,80", /^"\*"$/, /must stand alone/],
    ["null", null, /^null$/, /write an array/],
    ["an object", { 80: true }, /^\{"80":true\}$/, /write an array/],
    ["null inside", [80, null], /null/, /write an array/],
    ["a list inside", [[80]], /^\[\[80\]\]$/, /write an array/],
    ["true", true, /^true$/, /write an array/],
  ];
  for (const [edge, written, found, todo] of wrong) {
    it(`may not have ${edge}`, () => {
      const read = includePorts(written);
      assert.ok("todo" in read, JSON.stringify(read));
      assert.match(read.got, found);
      assert.match(read.todo, todo);
      assert.match(read.expected, /^a list of ports from 1 to 65535, or "\*" for all$/);
    });
  }

  it("names every wrong entry, and each advice once", () => {
    assert.deepEqual(excludePorts(["0", 80, "1-2", "1-2", "*"]), {
      got: '"0", "1-2", "1-2", "*"',
      expected: "a list of ports from 1 to 65535",
      todo: '0 is out of range; Istio has no port ranges: list each port of 1-2; "*" means everything, which only includeInboundPorts can contain',
    });
  });

  it("in an array keeps a range's spaces from passing, since Istio would not forgive them", () => {
    assert.deepEqual(ranges("10.0.0.0/8 , 11.0.0.0/8"), { value: "10.0.0.0/8,11.0.0.0/8" });
    assert.ok("todo" in ranges(["10.0.0.0/8 "]));
  });

  it("in canonical form has no entries when it is empty", () => {
    assert.deepEqual(listEntries(""), []);
    assert.deepEqual(listEntries("80,443"), ["80", "443"]);
  });
});
