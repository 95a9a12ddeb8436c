import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decoded } from "../../provider/cli/decoded";

describe("the text of a file", () => {
  const text = '{ "steps": ["é"] }\n';
  for (const [edge, bytes] of [
    ["as most tools write it", Buffer.from(text)],
    ["with a byte order mark", Buffer.from(`\ufeff${text}`)],
    ["as PowerShell's > writes it", Buffer.from(`\ufeff${text}`, "utf16le")],
  ] as const) {
    it(`is the same ${edge}`, () => assert.equal(decoded(bytes), text));
  }

  it("may be empty", () => assert.equal(decoded(Buffer.alloc(0)), ""));
});
