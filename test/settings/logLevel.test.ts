import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { unknownMarker } from "../../provider/data/unknown";
import { agentLogLevels, envoyLogLevels, parseScopedLevels } from "../../provider/settings/logLevel";
import { parseSettings } from "../../provider/settings/parseSettings";
import { parserRows } from "./parserRows";

describe("Envoy's log level", () => {
  it("may have Envoy's other word for warning", () => {
    for (const logLevel of ["warn", " WARN"])
      assert.deepEqual(parseSettings({ logLevel }), { value: { logLevel: "warning" }, problems: [] });
    assert.equal(parseSettings({ logLevel: ["warn"] }).problems.length, 1);
  });
});

describe("log levels of Envoy's components", () => {
  parserRows(
    parseScopedLevels(envoyLogLevels, false),
    [
      ["one component", "upstream:debug", "upstream:debug"],
      ["several, with spaces around", " misc:error , upstream:debug", "misc:error,upstream:debug"],
      ["a component twice with one level", "misc:error,misc:error", "misc:error"],
      ["a level that a preview doesn't know yet", { misc: unknownMarker, upstream: "off" }, unknownMarker],
      ["a map", { misc: "error", conn_handler: "off" }, "misc:error,conn_handler:off"],
    ],
    [
      ["a level alone", "debug", /fix these parts/],
      ["a level of the agent's", "misc:warn", /fix these parts/],
      ["a level in capitals", "misc:DEBUG", /fix these parts/],
      ["a component without a level", "misc:", /fix these parts/],
      ["a level without a component", ":debug", /fix these parts/],
      ["a part too many", "misc:debug:off", /fix these parts/],
      ["a comma too many", "misc:debug,", /fix these parts/],
      ["text that would be another argument", "misc:debug --x", /fix these parts/],
      ["empty text", "", /fix these parts/],
      ["an empty map", {}, /, for instance$/],
      ["a map with an unknown level", { misc: "loud" }, /fix these parts/],
      ["a map with a list", { misc: ["debug"], other: null }, /fix these parts/],
      ["a list", ["misc:debug"], /, for instance$/],
      ["a number", 1, /, for instance$/],
      ["null", null, /, for instance$/],
    ],
  );
});

describe("log levels of the agent", () => {
  parserRows(
    parseScopedLevels(agentLogLevels, true),
    [
      ["one for everything", "debug", "debug"],
      ["one by scope", "ads:debug", "ads:debug"],
      ["both", "default:warn,ads:debug", "default:warn,ads:debug"],
      ["a map", { default: "none" }, "default:none"],
    ],
    [
      ["a level of Envoy's", "warning", /fix these parts/],
      ["a scope with a space", "a b:debug", /fix these parts/],
    ],
  );
});
