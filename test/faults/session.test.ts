import assert from "node:assert/strict";
import { test } from "node:test";
import { session } from "../../provider/cluster/session";

test("deadlines don't move with a wall clock that is set; maintenance windows do", (context) => {
  const [elapsed, now] = [session.elapsed(), session.now()];
  context.mock.method(Date, "now", () => now + 3_600_000);
  assert.ok(session.elapsed() - elapsed < 60_000, `${session.elapsed() - elapsed} ms`);
  assert.equal(session.now(), now + 3_600_000);
});
