import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { cappedMap } from "../../../provider/rollout/plan/cappedMap";
import { transientReasons, withoutTransient } from "../../../provider/rollout/plan/transientReasons";

const many = (count: number, why: string) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`Deployment/held-${at + 10}`, why]));

describe("transient reasons", () => {
  it("are all left out", () => {
    for (const why of Object.values(transientReasons))
      assert.deepEqual(withoutTransient({ "Deployment/api": why, "Deployment/web": "paused" }), {
        "Deployment/web": "paused",
      });
  });

  it("a list of lasting reasons stays as it is, with its count of unnamed ones", () => {
    const capped = cappedMap(many(22, "paused"));
    assert.equal(Object.keys(capped).length, 21);
    assert.deepEqual(withoutTransient(capped), capped);
  });

  it("a count is dropped with transient reasons, which it may include", () => {
    const capped = cappedMap({ ...many(22, "paused"), "Deployment/api": transientReasons.unknown });
    const lasting = withoutTransient(capped);
    assert.equal(lasting["… and more"], undefined);
    assert.equal(Object.keys(lasting).length, 19);
  });
});
