import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { cappedMap } from "../../../provider/rollout/plan/cappedMap";
import { transientReasons, withoutTransient } from "../../../provider/rollout/plan/transientReasons";

const many = (count: number, why: string) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`Deployment/held-${at + 10}`, why]));

describe("reasons that pass", () => {
  it("are left out, each of them", () => {
    for (const why of Object.values(transientReasons))
      assert.deepEqual(withoutTransient({ "Deployment/api": why, "Deployment/web": "paused" }), {
        "Deployment/web": "paused",
      });
  });

  it("a list of others stays as it is, with its count of those that had no room", () => {
    const capped = cappedMap(many(22, "paused"));
    assert.equal(Object.keys(capped).length, 21);
    assert.deepEqual(withoutTransient(capped), capped);
  });

  it("a count goes with the passing ones, which may be among those it counts", () => {
    const capped = cappedMap({ ...many(22, "paused"), "Deployment/api": transientReasons.unknown });
    const lasting = withoutTransient(capped);
    assert.equal(lasting["… and more"], undefined);
    assert.equal(Object.keys(lasting).length, 19);
  });
});
