import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nested, valueAt } from "../../provider/settings/canonicalSettings";
import { declarations } from "../../provider/settings/declarations";
import { parseSettings } from "../../provider/settings/parseSettings";
import { everySetting, sampleValue } from "./settingSamples";

describe("nested settings", () => {
  it("stand in declaration order, whatever the order of the flat ones", () => {
    const flat = Object.fromEntries(
      [...declarations].reverse().map(({ path }) => [path, sampleValue(path, 1)]),
    );
    assert.equal(JSON.stringify(nested(flat)), JSON.stringify(everySetting(1)));
    assert.deepEqual(Object.keys(nested(flat)), [
      "proxyResources",
      "initResources",
      "capture",
      "lifecycle",
      "terminationDrainDuration",
      "dnsProxy",
      "alwaysExclude",
    ]);
  });

  it("are read back as the same settings", () => {
    const { settings } = parseSettings(everySetting(2));
    assert.deepEqual(parseSettings(nested(settings)), { settings, problems: [] });
  });

  it("have no empty groups, and keep false and the empty list", () => {
    assert.deepEqual(nested({}), {});
    assert.deepEqual(nested({ dnsProxy: false, "capture.excludeInboundPorts": "" }), {
      capture: { excludeInboundPorts: "" },
      dnsProxy: false,
    });
  });

  it("have nothing that is no setting", () => {
    assert.deepEqual(nested({ "proxyResources.limits.gpu": "1" }), {});
  });
});

describe("the value at a path", () => {
  it("is undefined where the path ends early, and never an inherited property", () => {
    const data = { a: { b: null, c: [1] } };
    assert.equal(valueAt(data, ["a", "b"]), null);
    assert.equal(valueAt(data, ["a", "b", "c"]), undefined);
    assert.equal(valueAt(data, ["a", "c", "0"]), 1);
    assert.equal(valueAt(data, ["constructor", "name"]), undefined);
    assert.equal(valueAt(data, ["__proto__"]), undefined);
    assert.equal(valueAt("text", ["length"]), undefined);
  });
});
