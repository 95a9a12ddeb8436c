import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { it } from "node:test";
import { clockOf } from "./Actor";

const script = `
  const [wall, steady] = [Date.now(), performance.now()];
  setTimeout(() => console.log(Math.abs(new Date().getTime() - wall - (performance.now() - steady))), 1000);
`;

/** By how many milliseconds a process of these settings has its wall clock wrong after a second. */
function wrongBy(seed: number | undefined): number {
  const env = { ...process.env, ...clockOf(seed) };
  return Number(execFileSync(process.execPath, ["-e", script], { encoding: "utf8", env }));
}

it("processes of a fault run with a clock that jumps have one, others not", () => {
  assert.ok(wrongBy(7) > 60_000);
  assert.ok(wrongBy(undefined) < 1_000);
});
