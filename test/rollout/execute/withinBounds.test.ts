import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { withinBounds } from "../../../provider/rollout/execute/withinBounds";
import { VirtualClock } from "../VirtualClock";

describe("work within bounds", () => {
  it("runs as many at once as each level allows, and skips past what has no room", async () => {
    const clock = new VirtualClock();
    const items = ["shop/a", "shop/b", "shop/c", "bank/a", "bank/b", "bank/c", "bank/d"];
    const most = { shop: 0, bank: 0, all: 0 };
    const now = { shop: 0, bank: 0, all: 0 };
    const count = (item: string, by: number) => {
      const namespace = item.startsWith("shop") ? "shop" : "bank";
      for (const key of [namespace, "all"] as const) {
        now[key] += by;
        most[key] = Math.max(most[key], now[key]);
      }
    };
    const left = await clock.run(
      withinBounds(
        items,
        (item) => ({ "*": 3, ...(item.startsWith("shop") ? { shop: 1 } : {}) }),
        async (item) => {
          count(item, 1);
          await clock.sleep(1_000);
          count(item, -1);
        },
        () => false,
      ),
    );
    assert.deepEqual([left, most], [[], { shop: 1, bank: 2, all: 3 }]);
  });

  it("starts nothing more once stopped, and returns what was not started", async () => {
    const clock = new VirtualClock();
    let stopped = false;
    const left = await clock.run(
      withinBounds(
        ["a", "b", "c", "d"],
        () => ({ "*": 2 }),
        async (item) => {
          await clock.sleep(item === "a" ? 1_000 : 2_000);
          stopped = true;
        },
        () => stopped,
      ),
    );
    assert.deepEqual(left, ["c", "d"]);
  });
});
