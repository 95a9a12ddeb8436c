import { describe } from "node:test";
import { agentLogLevels, envoyLogLevels, parseScopedLevels } from "../../provider/settings/logLevel";
import { parserRows } from "./parserRows";

describe("log levels of Envoy's components", () => {
  parserRows(
    parseScopedLevels(envoyLogLevels, false),
    [
      ["one component", "upstream:debug", "upstream:debug"],
      ["several, with spaces around", " misc:error , upstream:debug", "misc:error,upstream:debug"],
      ["a component twice with one level", "misc:error,misc:error", "misc:error"],
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
