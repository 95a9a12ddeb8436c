import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compareQuantities, nanoUnits, parseCpu, parseMemory } from "../../provider/settings/quantity";

describe("cpu", () => {
  const read: [string, unknown, string][] = [
    ["a number of cores", 2, "2"],
    ["the same as text", "2", "2"],
    ["with its unit", "2 cores", "2"],
    ["one core", "1 core", "1"],
    ["a unit without a space", "2cores", "2"],
    ["spaces around", " 2 ", "2"],
    ["a fraction of a core", 0.916, "916m"],
    ["millicores", "916m", "916m"],
    ["a tenth as text", "0.1", "100m"],
    ["trailing zeros", "0.500", "500m"],
    ["no digit before the point", ".5", "500m"],
    ["1500 millicores", "1500m", "1500m"],
    ["millicores that are whole cores", "2000m", "2"],
    ["a number in exponent form", 1e3, "1000"],
    ["text in exponent form", "1e3", "1000"],
    ["a negative exponent", "5e-1", "500m"],
    ["Kubernetes' nanocores, when they are whole millicores", "1000000n", "1m"],
    ["the greatest quantity that Kubernetes has", "9223372036854775807", "9223372036854775807"],
  ];
  for (const [edge, written, canonical] of read) {
    it(`takes ${edge}: ${JSON.stringify(written)} is ${canonical}`, () => {
      assert.deepEqual(parseCpu(written), { value: canonical });
    });
  }

  const wrong: [string, unknown, RegExp][] = [
    ["exponent and suffix together", "1e3m", /write a number of cores/],
    ["a negative amount", -1, /write a number of cores/],
    ["negative text", "-1", /write a number of cores/],
    ["words", "abc", /write a number of cores/],
    ["nothing", "", /write a number of cores/],
    ["zero", 0, /raise it above 0/],
    ["zero millicores", "0m", /raise it above 0/],
    ["half a millicore", "0.5m", /whole millicores/],
    ["a nanocore", "1n", /whole millicores/],
    ["a fraction too fine", 0.0005, /whole millicores/],
    ["a hundred zeros behind the point", "1e-99", /whole millicores/],
    ["more than Kubernetes can hold", "9223372036854775808", /write a number of cores/],
    ["a huge number", 1e21, /write a number of cores/],
    ["a huge exponent", "1e99", /write a number of cores/],
    ["a comma", "1,5", /write a number of cores/],
    ["hexadecimal", "0x10", /write a number of cores/],
    ["digits of another script", "١", /write a number of cores/],
    ["not a number", Number.NaN, /write a number of cores/],
    ["infinity", Number.POSITIVE_INFINITY, /write a number of cores/],
    ["null", null, /write a number of cores/],
    ["true", true, /write a number of cores/],
    ["a list", [1], /write a number of cores/],
  ];
  for (const [edge, written, todo] of wrong) {
    it(`refuses ${edge}, and says what to write`, () => {
      const read = parseCpu(written);
      assert.ok("todo" in read, JSON.stringify(read));
      assert.match(read.todo, todo);
      assert.match(read.expected, /^cores, such as/);
    });
  }
});

describe("memory", () => {
  const read: [string, unknown, string][] = [
    ["mebibytes", "1025Mi", "1025Mi"],
    ["ASM's spelling", "1025 MiB", "1025Mi"],
    ["a space before the binary unit", "128 Mi", "128Mi"],
    ["a space before the decimal unit, as the type allows", "128 M", "128M"],
    ["whole gibibytes", "1024Mi", "1Gi"],
    ["bytes", 1073741824, "1Gi"],
    ["bytes as text", "1073741824", "1Gi"],
    ["a fraction of a larger unit", "0.5Gi", "512Mi"],
    ["more than one unit's worth", "1.5Gi", "1536Mi"],
    ["decimal megabytes", "128M", "128M"],
    ["decimal, the larger unit", "1000M", "1G"],
    ["decimal in exponent form", "1e9", "1G"],
    ["bytes that no unit divides", 1048577, "1048577"],
    ["milli-bytes that are whole", "134217728000m", "128Mi"],
    ["exbibytes", "7Ei", "7Ei"],
  ];
  for (const [edge, written, canonical] of read) {
    it(`takes ${edge}: ${JSON.stringify(written)} is ${canonical}`, () => {
      assert.deepEqual(parseMemory(written), { value: canonical });
    });
  }

  const wrong: [string, unknown, RegExp][] = [
    ["a plain 1025, and asks for the unit", 1025, /did you mean "1025Mi"\?/],
    ["the same as text", "1025", /did you mean "1025Mi"\?/],
    ["128m, which is a tenth of a byte", "128m", /less than 1 MiB.*"128Mi"/],
    ["zero", 0, /less than 1 MiB.*, for instance$/],
    ["a fraction of a byte", "0.1Gi", /whole bytes/],
    ["a negative size", "-1Gi", /write a number and Ki/],
    ["a unit in the wrong case", "128mi", /write a number and Ki/],
    ["megabytes as MB, which could be either", "128MB", /write a number and Ki/],
    ["more than Kubernetes can hold", "8Ei", /write a number and Ki/],
    ["an absurd size", "999999999999Ti", /write a number and Ki/],
    ["text behind the unit", "1Gi;", /write a number and Ki/],
    ["null", null, /write a number and Ki/],
  ];
  for (const [edge, written, todo] of wrong) {
    it(`refuses ${edge}`, () => {
      const read = parseMemory(written);
      assert.ok("todo" in read, JSON.stringify(read));
      assert.match(read.todo, todo);
    });
  }
});

describe("an amount with 100,000 spaces in it", () => {
  it("is refused at once", () => {
    const began = performance.now();
    for (const parse of [parseCpu, parseMemory]) assert.ok("todo" in parse(`1${" ".repeat(100_000)}x`));
    assert.ok(performance.now() - began < 1_000);
  });
});

describe("quantities", () => {
  it("are canonical once read: reading the canonical form changes nothing", () => {
    for (const written of ["916m", "2", "1500m"]) assert.deepEqual(parseCpu(written), { value: written });
    for (const written of ["1025Mi", "1Gi", "128M", "1048577", "1500k"])
      assert.deepEqual(parseMemory(written), { value: written });
  });

  it("compare by amount, not by spelling", () => {
    assert.equal(compareQuantities("1024Mi", "1Gi"), 0);
    assert.equal(compareQuantities("900m", "1"), -1);
    assert.equal(compareQuantities("1Gi", "1G"), 1);
    assert.equal(compareQuantities("9223372036854775807", "9223372036854775806"), 1);
  });

  it("are rounded up below a billionth, as Kubernetes does", () => {
    assert.equal(nanoUnits("0.0000000001"), 1n);
    assert.equal(nanoUnits("1n"), 1n);
    assert.equal(nanoUnits("1.5e3"), 1_500_000_000_000n);
  });

  it("are read in constant time, whatever the length", () => {
    assert.equal(nanoUnits("9".repeat(1_000_000)), undefined);
    assert.equal(nanoUnits(`1e${"9".repeat(100_000)}`), undefined);
  });
});
