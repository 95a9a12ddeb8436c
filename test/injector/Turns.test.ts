import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Turns } from "../../provider/injector/Turns";
import { VirtualClock } from "../rollout/VirtualClock";

describe("rollouts of one cluster", () => {
  const turns = new Turns();
  it("take turns in order of arrival, each with its own result", async () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    const rollout = (name: string, seconds: number) => async () => {
      log.push(`${name} begins`);
      await clock.sleep(seconds * 1000);
      log.push(`${name} ends`);
      return name;
    };
    const results = Promise.all([turns.take("a", rollout("slow", 9)), turns.take("a", rollout("fast", 1))]);
    assert.deepEqual(await clock.run(results), ["slow", "fast"]);
    assert.deepEqual(log, ["slow begins", "slow ends", "fast begins", "fast ends"]);
  });

  it("do not wait for those of another cluster", async () => {
    const clock = new VirtualClock();
    const never = turns.take("stuck", () => new Promise(() => {}));
    assert.equal(await clock.run(turns.take("free", async () => "done")), "done");
    assert.ok(never);
  });

  it("go on after one that fails", async () => {
    const failing = turns.take("b", () => Promise.reject(new Error("denied")));
    const next = turns.take("b", async () => "done");
    await assert.rejects(failing, /denied/);
    assert.equal(await next, "done");
  });
});
