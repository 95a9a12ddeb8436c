import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { abridge } from "../../provider/process/printErrorsBriefly";

describe("an error that nobody handles", () => {
  it("is printed with its own frames, without those of packages and what the SDK attaches", () => {
    const error = Object.assign(new Error("refused"), { promise: Promise.resolve() });
    error.stack = [
      "Error: refused",
      "    at new Resource (/app/node_modules/@pulumi/resource.ts:605:13)",
      "    at construct (/app/plugin/construct.js:41:26)",
    ].join("\n");
    abridge(error);
    // with the first frame, Node 20 takes 20 seconds for this
    assert.equal(
      inspect(error, { colors: true }),
      "Error: refused\n    at construct (/app/plugin/construct.js:41:26)",
    );
  });

  it("may be anything", () => {
    for (const thrown of ["text", undefined, null, {}]) assert.doesNotThrow(() => abridge(thrown));
  });
});
