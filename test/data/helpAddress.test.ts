import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { helpAddress, homeIn } from "../../provider/data/helpAddress";

const home = { repository: "https://example.com/acme/settings", version: "1.2.3" };
const page = "https://example.com/acme/settings/blob/v1.2.3/docs/troubleshooting.md";

describe("the address of a message's explanation", () => {
  for (const [message, anchor] of [
    ["there is no namespace shpo. Did you mean shop?", "there-is-no-namespace"],
    [
      "namespace shop: with these settings new pods of Deployment/api would be denied, and without them they are not",
      "new-pods-of--would-be-denied",
    ],
    ["concurrency: expected a whole number, got two", "expected--got-"],
    [
      "configmaps is forbidden: User cannot update resource configmaps",
      "cannot-update-resource-cannot-create-resource-cannot-list-resource",
    ],
    // quotes a problem, and is about a layer
    [
      "namespace shop: its sidecar settings belong to a/b/c:d, of another stack. expected x, got y",
      "its-sidecar-settings-belong-to--of-another-stack",
    ],
  ] as const) {
    it(`is of the heading that quotes it: ${message}`, () => {
      assert.equal(helpAddress(message, home), `${page}#${anchor}`);
    });
  }

  it("is undefined for a message that no heading quotes", () => {
    assert.equal(helpAddress("socket hang up", home), undefined);
  });

  it("is known for a published package only", () => {
    assert.deepEqual(
      homeIn({ version: "1.2.3", homepage: "https://example.com/acme/settings#readme" }),
      home,
    );
    assert.equal(homeIn({ version: "1.2.3" }), undefined);
    assert.equal(helpAddress("there is no namespace shpo", undefined), undefined);
  });
});
