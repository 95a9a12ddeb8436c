import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { unknownMarker } from "../../provider/data/unknown";
import { parseCustomTag } from "../../provider/settings/customTag";
import { parserRows } from "./parserRows";

describe("a tag on spans", () => {
  parserRows(
    parseCustomTag,
    [
      ["text", { literal: { value: 'a "b"' } }, { literal: { value: 'a "b"' } }],
      ["a variable", { environment: { name: "TEAM" } }, { environment: { name: "TEAM" } }],
      [
        "a header with a default that is empty",
        { header: { name: "x-team", defaultValue: "" } },
        { header: { name: "x-team", defaultValue: "" } },
      ],
      [
        "one with a default that is undefined",
        { header: { name: "x-team", defaultValue: undefined } },
        { header: { name: "x-team" } },
      ],
    ],
    [
      ["two of them", { literal: { value: "a" }, header: { name: "b" } }, /, for instance$/],
      ["none of them", {}, /, for instance$/],
      ["another one", { formatter: { name: "a" } }, /, for instance$/],
      ["text alone", "blue", /, for instance$/],
      ["an empty literal", { literal: { value: "" } }, /, for instance$/],
      ["a number for a literal", { literal: { value: 1 } }, /, for instance$/],
      ["a literal with a default", { literal: { value: "a", defaultValue: "b" } }, /, for instance$/],
      ["a header without a name", { header: { defaultValue: "b" } }, /, for instance$/],
      ["null", null, /, for instance$/],
      ["a list", [{ literal: { value: "a" } }], /, for instance$/],
    ],
  );

  it("passes while a part of it is unknown", () => {
    const tag = { literal: { value: unknownMarker } };
    assert.deepEqual(parseCustomTag(tag), { value: tag });
  });
});
