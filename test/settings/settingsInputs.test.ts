import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { asProperties, settingGroups, settingsAmong } from "../../provider/settings/settingsInputs";
import { everySetting, nestedAt, samplePaths, sampleValue } from "./settingSamples";

describe("a list among properties", () => {
  const rows: [string, string, string | undefined, string][] = [
    ["in another order keeps the order that it had, so that it is no diff", "1,2,3", "3,1,2", "3,1,2"],
    ["with an entry more is new", "1,2,3", "1,2", "1,2,3"],
    ["with another entry is new", "1,4", "1,2", "1,4"],
    ["that was not there is as given", "1,2", undefined, "1,2"],
    ["that is empty now is empty", "", "1,2", ""],
    ["that was empty is as given", "1,2", "", "1,2"],
  ];
  for (const [edge, now, before, kept] of rows) {
    it(edge, () => {
      assert.deepEqual(
        asProperties(
          { "capture.excludeInboundPorts": now },
          before === undefined ? {} : { "capture.excludeInboundPorts": before },
        ),
        { capture: { excludeInboundPorts: kept } },
      );
    });
  }

  it("changes nothing for other values", () => {
    assert.deepEqual(
      asProperties(
        { dnsProxy: false, "lifecycle.preStop": { sleep: { seconds: 1 } } },
        { dnsProxy: true, "lifecycle.preStop": { sleep: { seconds: 2 } } },
      ),
      { lifecycle: { preStop: { sleep: { seconds: 1 } } }, dnsProxy: false },
    );
  });

  const texts = ["env.A", "runtimeValues.a", "componentLogLevel", "agentLogLevel"];
  for (const path of texts) {
    it(`is not ${path}, where the order of the text matters`, () => {
      const [now, before] = ["b:info,a:debug", "a:debug,b:info"];
      assert.deepEqual(asProperties({ [path]: now }, { [path]: before }), nestedAt(path, now));
    });
  }

  it("is each of the lists of addresses, ports and interfaces", () => {
    for (const path of samplePaths.filter((one) => /Ports|Ranges|Interfaces/.test(one))) {
      const before = String(sampleValue(path, 1));
      const now = before.split(",").reverse().join(",");
      assert.deepEqual(asProperties({ [path]: now }, { [path]: before }), nestedAt(path, before), path);
    }
  });
});

describe("a resource's properties", () => {
  it("have settings among them, told apart by their names; false is one, undefined is none", () => {
    assert.deepEqual(
      settingsAmong({
        namespace: "shop",
        owner: "o",
        dnsProxy: false,
        capture: undefined,
        proxyResources: {},
      }),
      { proxyResources: {}, dnsProxy: false },
    );
  });

  it("have one name for each group of settings", () => {
    assert.deepEqual(settingGroups, Object.keys(everySetting(1)));
  });
});
