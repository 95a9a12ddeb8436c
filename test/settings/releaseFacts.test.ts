import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { declarationOf, declarations } from "../../provider/settings/declarations";
import { releaseFacts, releasesText } from "../../provider/settings/releaseFacts";
import { compareReleases, oldestRelease } from "../../provider/template/istioVersion";

describe("releases of settings", () => {
  it("are facts about settings that there are, and about releases that are supported", () => {
    for (const [path, { first, last }] of Object.entries(releaseFacts)) {
      assert.ok(declarationOf.has(path), path);
      assert.ok(first === undefined || compareReleases(first, oldestRelease) > 0, path);
      assert.ok(last === undefined || compareReleases(last, oldestRelease) >= 0, path);
    }
  });

  const rows: [string, string | undefined][] = [
    ["nativeSidecar", "1.27 and newer"],
    ["seccompProfile", "1.28 and newer"],
    ["startupProbe.enabled", "1.20 and newer"],
    ["enableCoreDump", "up to 1.23"],
    ["dnsProxy", undefined],
    ["constructor", undefined],
  ];
  for (const [path, text] of rows) {
    it(`are reported: ${path}`, () => {
      assert.equal(releasesText(path), text);
    });
  }

  it("are in the todo of a setting whose companion not all have", () => {
    for (const { path, needs } of declarations) {
      const releases = needs && releasesText(needs.path);
      if (releases !== undefined) assert.ok(needs?.todo.includes(`Istio ${releases}`), path);
    }
  });
});
