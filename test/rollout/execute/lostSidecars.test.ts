import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Pod } from "../../../provider/cluster/podTemplate";
import { lostSidecars } from "../../../provider/rollout/execute/lostSidecars";

function pod(name: string, injected: boolean, phase = "Running"): Pod {
  const annotations: Record<string, string> = injected ? { "sidecar.istio.io/status": "{}" } : {};
  return { metadata: { name, uid: name, annotations }, spec: { containers: [] }, status: { phase } };
}

describe("a restart that takes sidecars away", () => {
  const old = [pod("a", true), pod("b", true)];
  const rows: [edge: string, before: Pod[], now: Pod[], found: RegExp | undefined][] = [
    ["none: all are injected", old, [pod("c", true), pod("d", true)], undefined],
    [
      "two new pods without one",
      old,
      [pod("c", false), pod("d", false)],
      /^its restart gave 2 new pods \(c\)/,
    ],
    ["one new pod without one, beside an old one", old, [pod("a", true), pod("d", false)], /1 new pod \(d\)/],
    ["one that has ended has no say", old, [pod("c", true), pod("d", false, "Succeeded")], undefined],
    [
      "pods without one were there before: an owner of several kinds of pods",
      [...old, pod("helper", false)],
      [pod("c", true), pod("helper-2", false)],
      undefined,
    ],
    ["no new pods at all", old, [], undefined],
  ];
  for (const [edge, before, now, found] of rows)
    it(edge, () => {
      const failure = lostSidecars(now, before);
      if (found === undefined) assert.equal(failure, undefined);
      else assert.match(failure?.failed ?? "", found);
    });
});
