import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { portEntry } from "../../provider/settings/port";

describe("a port", () => {
  const read: [string, string, string][] = [
    ["the first", "1", "1"],
    ["the last", "65535", "65535"],
    ["one with spaces around", " 80 ", "80"],
    ["one with leading zeros", "0080", "80"],
  ];
  for (const [edge, written, canonical] of read) {
    it(`may be ${edge}`, () => {
      assert.deepEqual(portEntry(false).entry(written), { value: canonical });
    });
  }

  const wrong: [string, string, RegExp][] = [
    ["0", "0", /0 is out of range/],
    ["65536", "65536", /65536 is out of range/],
    ["seven digits", "1000000", /is not a port number/],
    ["a range", "8000-9000", /Istio has no port ranges: list each port of 8000-9000/],
    ["a range with a colon, as iptables has it", "8000:9000", /no port ranges/],
    ["a name", "http", /"http" is not a port number/],
    ["a negative number", "-1", /is not a port number/],
    ["a fraction", "80.5", /is not a port number/],
    ["an exponent", "1e3", /is not a port number/],
    ["nothing", "", /"" is not a port number/],
    ["text with a shell in it", "80;reboot", /is not a port number/],
  ];
  for (const [edge, written, todo] of wrong) {
    it(`may not be ${edge}`, () => {
      const read = portEntry(true).entry(written);
      assert.ok("todo" in read, JSON.stringify(read));
      assert.match(read.todo, todo);
    });
  }

  it('is not "*" beside others, and only includeInboundPorts can mean everything', () => {
    assert.deepEqual(portEntry(true).entry("*"), { todo: '"*" must stand alone' });
    assert.deepEqual(portEntry(false).entry("*"), {
      todo: '"*" means everything, which only includeInboundPorts can contain',
    });
  });
});
