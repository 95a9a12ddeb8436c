import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseBoolean, parseChoice } from "../../provider/settings/choice";
import { parseSettings } from "../../provider/settings/parseSettings";
import { parserRows } from "./parserRows";

describe("one of a few words", () => {
  const parse = parseChoice(["Always", "IfNotPresent"], "use a policy");
  parserRows(
    parse,
    [
      ["the word", "Always", "Always"],
      ["the word in another case, with spaces around", " ifnotpresent\n", "IfNotPresent"],
    ],
    [
      ["another word", "Sometimes", /^use a policy$/],
      ["a part of one", "Alway", /^use a policy$/],
      ["empty text", "", /^use a policy$/],
      ["true", true, /^use a policy$/],
      ["null", null, /^use a policy$/],
      ["a list with the word", ["Always"], /^use a policy$/],
      ["the name of an inherited property", "constructor", /^use a policy$/],
    ],
  );

  it("is reported with all words", () => {
    assert.deepEqual(parse("x"), {
      got: '"x"',
      expected: "one of Always, IfNotPresent",
      todo: "use a policy",
    });
  });
});

describe("true or false", () => {
  parserRows(
    parseBoolean,
    [
      ["true", true, true],
      ["false", false, false],
    ],
    [
      ["text", "true", /^write true, without quotes$/],
      ["a word of YAML 1.1", "Yes", /^write true, without quotes$/],
      ["another word of it", " off ", /^write false, without quotes$/],
      ["another text", "maybe", /leave it out/],
      ["the name of an inherited property", "constructor", /leave it out/],
      ["a number", 1, /leave it out/],
      ["null", null, /leave it out/],
    ],
  );
});

describe("the mode of interception", () => {
  const todo = (value: unknown) => parseSettings({ interceptionMode: value }).problems.map((one) => one.todo);

  it("may be Istio's two modes, in any case", () => {
    assert.deepEqual(parseSettings({ interceptionMode: "tproxy" }).value, { interceptionMode: "TPROXY" });
    assert.deepEqual(parseSettings({ interceptionMode: "Redirect" }).value, {
      interceptionMode: "REDIRECT",
    });
  });

  it("may not be NONE, which single pods have by their annotation", () => {
    for (const none of ["NONE", "none"])
      assert.match(todo(none).join(), /sidecar\.istio\.io\/interceptionMode/);
    assert.match(todo("BOTH").join(), /leave it out for the mesh's mode/);
  });
});
