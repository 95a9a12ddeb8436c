import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type StoredWrites, storedProfile } from "../../provider/configMap/StoredProfile";
import { type Profile, type ProfileWrite, profileOf } from "../../provider/levels/Profile";
import { sampleSettings } from "../settings/settingSamples";

const limits = ["global", "proxy", "resources", "limits"];

describe("what a profile writes is stored together", () => {
  const rows: [string, ProfileWrite[], StoredWrites[]][] = [
    [
      "where it goes into one map",
      [
        { at: [...limits, "cpu"], is: "1" },
        { at: ["always", "excludeIPRanges"], is: "10.0.0.0/8" },
        { at: [...limits, "memory"], is: "1Gi" },
      ],
      [
        { at: "global/proxy/resources/limits", is: { cpu: "1", memory: "1Gi" } },
        { at: "always", is: { excludeIPRanges: "10.0.0.0/8" } },
      ],
    ],
    [
      "in the map of roots, whose name is empty",
      [{ at: ["scaled"], is: { percent: 10 } }],
      [{ at: "", is: { scaled: { percent: 10 } } }],
    ],
    [
      "by a key that has slashes",
      [{ at: ["annotations", "traffic.sidecar.istio.io/excludeInterfaces"], is: "eth1" }],
      [{ at: "annotations", is: { "traffic.sidecar.istio.io/excludeInterfaces": "eth1" } }],
    ],
    [
      "as far as the same pods decide it themselves",
      [
        { at: ["proxyConfig", "concurrency"], is: 2, own: "concurrency" },
        { at: ["proxyConfig", "drainDuration"], is: "5s", own: "drainDuration" },
        { at: ["expression", "nativeSidecar"], is: true, placed: true },
        { at: ["expression", "imageType"], is: "debug" },
      ],
      [
        { at: "proxyConfig", is: { concurrency: 2 }, own: "concurrency" },
        { at: "proxyConfig", is: { drainDuration: "5s" }, own: "drainDuration" },
        { at: "expression", is: { nativeSidecar: true }, placed: true },
        { at: "expression", is: { imageType: "debug" } },
      ],
    ],
  ];
  for (const [title, writes, stored] of rows)
    it(title, () => assert.deepEqual(storedProfile({ stamp: "s", writes }), { stamp: "s", writes: stored }));
});

it("every write of a profile is stored, each once, under the profile's stamp", () => {
  const profile = profileOf({ namespace: sampleSettings(1) });
  const stored = storedProfile(profile);
  assert.equal(stored.stamp, profile.stamp);
  const apart = (stored.writes ?? []).flatMap(({ at, is, ...pods }) =>
    Object.entries(is).map(([key, value]) => written({ at: [at, key], is: value, ...pods })),
  );
  const whole = (profile.writes ?? []).map(({ at, ...write }) =>
    written({ at: [at.slice(0, -1).join("/"), at.at(-1) ?? ""], ...write }),
  );
  assert.ok(whole.length > 20);
  assert.deepEqual(apart.sort(), whole.sort());
});

it("a key that has the name of a JavaScript property is stored like any other", () => {
  const writes = ["__proto__", "constructor"].map((name) => ({
    at: ["proxyConfig", "runtimeValues", name],
    is: "1",
  }));
  assert.equal(
    JSON.stringify(storedProfile({ stamp: "s", writes }).writes),
    '[{"at":"proxyConfig/runtimeValues","is":{"__proto__":"1","constructor":"1"}}]',
  );
});

it("a profile of nothing stores nothing but its stamp", () => {
  const profile: Profile = profileOf({});
  assert.deepEqual(storedProfile(profile), { stamp: profile.stamp });
});

function written(write: ProfileWrite): string {
  return JSON.stringify([write.at, write.is, write.own, write.placed]);
}
