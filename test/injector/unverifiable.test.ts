import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Answer } from "../../provider/injector/askInjector";
import { unverifiable } from "../../provider/injector/recordBaseline";

const injected: Answer = { outcome: "injected", stamp: undefined };
const bare: Answer = { outcome: "not injected" };
const other: Answer = { outcome: "not injected", by: "canary" };

/** What is said of a plain pod's answer, then a workload's. */
const said = (answers: readonly Answer[], isNamed = true) => {
  const template = { spec: { containers: [] } };
  const probes = answers.map((before) => ({ probe: { name: "a pod", template }, before }));
  return [...unverifiable("shop", probes, isNamed)];
};

describe("settings that can't be tried out", () => {
  const rows: [edge: string, answers: readonly Answer[], lines: readonly RegExp[]][] = [
    ["a plain pod is injected", [injected, bare], []],
    ["a workload's pod is injected, a plain one by nobody", [bare, injected], []],
    ["a workload's pod is injected, a plain one by another revision", [other, injected], []],
    [
      "no pod is",
      [bare, bare],
      [/^\[shop\] settings not tried out: this injector gives pods there no sidecar$/],
    ],
    ["another revision injects", [other], [/come from revision canary: name it as injector\.revision/]],
    ["pods are denied", [{ outcome: "denied", message: "no" }], [/a plain pod is denied there .*: no$/]],
    ["there is nobody to ask", [{ outcome: "unasked", why: "it is gone" }], [/not tried out: it is gone$/]],
  ];
  for (const [edge, answers, lines] of rows) {
    it(`are named, or not: ${edge}`, () => {
      const found = said(answers);
      assert.equal(found.length, lines.length);
      for (const [at, line] of lines.entries()) assert.match(found[at] ?? "", line);
    });
  }

  it("are not those of the mesh, where a namespace is none of this injector's", () => {
    assert.deepEqual(said([other], false), []);
  });
});
