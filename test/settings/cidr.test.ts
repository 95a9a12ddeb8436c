import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { cidrEntry, within } from "../../provider/settings/cidr";

describe("an IP range", () => {
  const read: [string, string, string][] = [
    ["IPv4", "10.0.0.0/8", "10.0.0.0/8"],
    ["everything", "0.0.0.0/0", "0.0.0.0/0"],
    ["one address", "10.1.2.3/32", "10.1.2.3/32"],
    ["IPv6", "2001:db8::/32", "2001:db8::/32"],
    ["IPv6 in capitals", "2001:DB8::/32", "2001:db8::/32"],
    ["IPv6 with leading zeros", "2001:0db8::/32", "2001:db8::/32"],
    ["IPv6 written out", "2001:db8:0:0:0:0:0:0/32", "2001:db8::/32"],
    ["all of IPv6", "::/0", "::/0"],
  ];
  for (const [edge, written, canonical] of read) {
    it(`may be ${edge}`, () => {
      assert.deepEqual(cidrEntry(false).entry(written), { value: canonical });
    });
  }

  const wrong: [string, string, RegExp][] = [
    ["host bits", "10.0.0.1/8", /has host bits set: write 10\.0\.0\.0\/8$/],
    ["IPv6 host bits", "2001:db8::1/32", /has host bits set: write 2001:db8::\/32$/],
    ["a bare address", "10.0.0.1", /write "10\.0\.0\.1\/32" for a single address/],
    ["a bare IPv6 address", "2001:db8::1", /write "2001:db8::1\/128" for a single address/],
    ["a space before it", " 10.0.0.0/8", /remove the spaces/],
    ["a space inside", "10.0.0.0 /8", /remove the spaces/],
    ["a newline", "10.0.0.0/8\n", /remove the spaces from "10\.0\.0\.0\/8\\n"/],
    ["leading zeros, which Go refuses and others read as octal", "010.0.0.0/8", /is not a valid range/],
    ["hexadecimal parts", "0x0a.0.0.0/8", /is not a valid range/],
    ["too few parts", "10.0/16", /is not a valid range/],
    ["too large a part", "300.0.0.0/8", /is not a valid range/],
    ["too many bits", "10.0.0.0/33", /is not a valid range/],
    ["too many IPv6 bits", "2001:db8::/129", /is not a valid range/],
    ["negative bits", "10.0.0.0/-1", /is not a valid range/],
    ["no bits", "10.0.0.0/", /is not a valid range/],
    ["two slashes", "10.0.0.0/8/8", /is not a valid range/],
    ["an IPv6 zone", "fe80::%eth0/64", /is not a valid range/],
    ["a name", "example.com", /is not a valid address/],
    ["nothing", "", /is not a valid address/],
    // each would be refused with /32 added
    ["a number that is not a valid address in Istio's eyes", "1", /is not a valid address/],
    ["a short form", "10.1", /is not a valid address/],
    ["a bare address with leading zeros", "010.0.0.1", /is not a valid address/],
    ["a bare address with a zone", "fe80::1%eth0", /is not a valid address/],
  ];
  for (const [edge, written, todo] of wrong) {
    it(`may not have ${edge}: ${JSON.stringify(written)}`, () => {
      const read = cidrEntry(false).entry(written);
      assert.ok("todo" in read, JSON.stringify(read));
      assert.match(read.todo, todo);
    });
  }

  it('is not "*" beside others, and only an include list can mean everything', () => {
    assert.deepEqual(cidrEntry(true).entry("*"), { todo: '"*" must stand alone' });
    assert.deepEqual(cidrEntry(false).entry("*"), {
      todo: '"*" means everything, which only an include list can contain',
    });
  });
});

describe("one of two IP ranges", () => {
  const pairs: [range: string, other: string, isWithin: boolean, turned: boolean][] = [
    ["10.1.0.0/16", "10.0.0.0/8", true, false],
    ["10.0.0.0/8", "10.0.0.0/8", true, true],
    ["10.0.0.0/8", "11.0.0.0/8", false, false],
    ["10.0.0.0/9", "10.128.0.0/9", false, false],
    ["1.2.3.4/32", "0.0.0.0/0", true, false],
    ["2001:db8:1::/48", "2001:db8::/32", true, false],
    ["2001:db8::/32", "2001:db9::/32", false, false],
    ["0.0.0.0/0", "::/0", false, false],
  ];
  for (const [range, other, isWithin, turned] of pairs) {
    it(`${range} is ${isWithin ? "" : "not "}within ${other}`, () => {
      assert.deepEqual(within([range], [other]), isWithin ? [range] : []);
      assert.deepEqual(within([other], [range]), turned ? [other] : []);
    });
  }
});
