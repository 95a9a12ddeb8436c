import assert from "node:assert/strict";
import { test } from "node:test";
import { levelsInWaves } from "../../provider/platformFile/levelsInWaves";
import { readPlatformFile } from "../../provider/platformFile/readPlatformFile";

function names(text: string): string[][] {
  return levelsInWaves(readPlatformFile(text, "settings.yaml")).map((wave) =>
    wave.map((level) => (level.is === "global" ? "*" : level.name)),
  );
}

test("without waves everything is one wave, so that the layers are one write", () => {
  assert.deepEqual(names("global: {}\nnamespaces: {a: , b: }"), [["*", "a", "b"]]);
});

test("waves in their order, then the other namespaces, global settings last", () => {
  assert.deepEqual(names("global: {}\nnamespaces: {a: , b: , canary: , c: }\nwaves: [[canary], [c, a]]"), [
    ["canary"],
    ["c", "a"],
    ["b"],
    ["*"],
  ]);
});

test("workloads go with their namespace, also one that has no settings of its own", () => {
  const picks = "selector: { matchLabels: { app: x } }";
  const text = `namespaces: {a: , b: }\nworkloads: {w: {namespace: a, ${picks}}, v: {namespace: z, ${picks}}}`;
  assert.deepEqual(names(`${text}\nwaves: [[z], [a]]`), [["v"], ["a", "w"], ["b"]]);
  assert.deepEqual(names(text), [["a", "w", "b", "v"]]);
});

test("an empty wave is skipped, and an empty file has none", () => {
  assert.deepEqual(names("namespaces: {a: }\nwaves: [[], [a], []]"), [["a"]]);
  assert.deepEqual(names(""), []);
});
