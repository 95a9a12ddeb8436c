import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  effectiveSettings,
  effectiveValues,
  type Level,
  type LeveledSettings,
  levels,
  united,
} from "../../provider/levels/effectiveSettings";
import { type CanonicalSettings, nested } from "../../provider/settings/canonicalSettings";
import { declarations } from "../../provider/settings/declarations";
import { listEntries } from "../../provider/settings/list";
import { sampleValue } from "../settings/settingSamples";

const replaced = declarations.filter(({ merge }) => merge === "replace").map(({ path }) => path);
const unitedPaths = declarations.filter(({ merge }) => merge === "unite").map(({ path }) => path);
const nthOf = (level: Level) => levels.indexOf(level) + 1;

/** Every combination of the four levels that people write at, each with or without what Istio was installed with. */
const combinations: readonly Level[][] = Array.from({ length: 2 ** levels.length }, (_, bits) =>
  levels.filter((_, at) => bits & (1 << at)),
);

/** The rows of the table above `levels`, strongest first; `any` stands for yes and no. */
const strongestFirst = [...levels].reverse();

function atLevels(said: readonly Level[], path: string): LeveledSettings[] {
  return said.map((level) => ({ level, settings: { [path]: sampleValue(path, nthOf(level)) } }));
}

describe("precedence, row by row", () => {
  for (const winner of strongestFirst) {
    const rows = combinations.filter((said) => said.at(-1) === winner);
    it(`${winner} wins over every weaker level, for each setting (${rows.length} combinations)`, () => {
      assert.equal(rows.length, 2 ** levels.indexOf(winner));
      for (const path of replaced) {
        for (const said of rows) {
          const effective = effectiveSettings(atLevels(said, path));
          assert.deepEqual(
            effective,
            { [path]: { value: sampleValue(path, nthOf(winner)), source: winner } },
            `${path}: ${said.join(", ")}`,
          );
        }
      }
    });
  }

  it("a setting that no level has is not there", () => {
    assert.deepEqual(effectiveSettings(levels.map((level) => ({ level, settings: {} }))), {});
  });

  it("false and the empty list of a stronger level win: they are values", () => {
    const effective = effectiveSettings([
      { level: "global", settings: { dnsProxy: true, "capture.excludeInboundPorts": "80" } },
      { level: "namespace", settings: { dnsProxy: false, "capture.excludeInboundPorts": "" } },
    ]);
    assert.deepEqual(effectiveValues(effective), { dnsProxy: false, "capture.excludeInboundPorts": "" });
  });
});

describe("merging", () => {
  it("is per field: the namespace's CPU and the global memory", () => {
    const effective = effectiveSettings([
      {
        level: "global",
        settings: { "proxyResources.limits.cpu": "2", "proxyResources.limits.memory": "1Gi" },
      },
      { level: "namespace", settings: { "proxyResources.limits.cpu": "1" } },
    ]);
    assert.deepEqual(nested(effectiveValues(effective)), {
      proxyResources: { limits: { cpu: "1", memory: "1Gi" } },
    });
    assert.deepEqual(
      Object.entries(effective).map(([path, { source }]) => [path, source]),
      [
        ["proxyResources.limits.cpu", "namespace"],
        ["proxyResources.limits.memory", "global"],
      ],
    );
  });

  it("replaces one lifecycle hook as a whole and leaves the other", () => {
    const effective = effectiveSettings([
      {
        level: "global",
        settings: {
          "lifecycle.postStart": { exec: { command: ["wait"] } },
          "lifecycle.preStop": { exec: { command: ["drain"] } },
        },
      },
      { level: "namespace", settings: { "lifecycle.preStop": { sleep: { seconds: 5 } } } },
    ]);
    assert.deepEqual(effectiveValues(effective), {
      "lifecycle.postStart": { exec: { command: ["wait"] } },
      "lifecycle.preStop": { sleep: { seconds: 5 } },
    });
  });

  it("gives one result whatever the order in which levels come", () => {
    const seed = Number(process.env.TEST_SEED ?? Date.now() % 100_000);
    const random = randomNumbers(seed);
    for (let round = 0; round < 200; round++) {
      const given = levels.map((level) => ({ level, settings: someSettings(nthOf(level), random) }));
      const shuffled = [...given].sort(() => random() - 0.5);
      assert.equal(
        JSON.stringify(effectiveSettings(shuffled)),
        JSON.stringify(effectiveSettings(given)),
        `TEST_SEED=${seed}, round ${round}: ${shuffled.map(({ level }) => level).join(", ")}`,
      );
    }
  });

  it("leaves what it is given as it was", () => {
    const given = atLevels(["pod", "global"], "alwaysExclude.inboundPorts");
    const before = structuredClone(given);
    effectiveSettings(given);
    assert.deepEqual(given, before);
  });
});

describe("a united setting", () => {
  it("is each list of alwaysExclude, and nothing else", () => {
    assert.deepEqual(unitedPaths, [
      "alwaysExclude.outboundIPRanges",
      "alwaysExclude.inboundPorts",
      "alwaysExclude.outboundPorts",
    ]);
  });

  for (const path of unitedPaths) {
    it(`${path}: has every level's entries, the weakest first, and the strongest as its source`, () => {
      for (const said of combinations.filter(({ length }) => length > 0)) {
        const { value, source } = effectiveSettings(atLevels(said, path))[path] ?? {};
        const entries = said.flatMap((level) => listEntries(String(sampleValue(path, nthOf(level)))));
        assert.equal(value, entries.join(","), said.join(", "));
        assert.equal(source, said.at(-1));
      }
    });
  }

  it("is not emptied by an empty list of a stronger level", () => {
    const path = "alwaysExclude.inboundPorts";
    const effective = effectiveSettings([
      { level: "global", settings: { [path]: "9191" } },
      { level: "namespace", settings: { [path]: "" } },
    ]);
    assert.equal(effective[path]?.value, "9191");
  });
});

describe("the union of two lists", () => {
  const rows: [string, string | undefined, string, string][] = [
    ["of different entries is both", "1,2", "3", "1,2,3"],
    ["with a common entry has it once, where the weaker list has it", "1,2", "3,1", "1,2,3"],
    ["with nothing weaker is the stronger", undefined, "2,1", "2,1"],
    ["with an empty one is the other", "", "1", "1"],
    ["of empty ones is empty", "", "", ""],
  ];
  for (const [edge, weaker, stronger, both] of rows) {
    it(edge, () => {
      assert.equal(united(weaker, stronger), both);
    });
  }
});

function someSettings(nth: number, random: () => number): CanonicalSettings {
  return Object.fromEntries(
    declarations
      .filter(() => random() < 0.5)
      .sort(() => random() - 0.5)
      .map(({ path }) => [path, sampleValue(path, nth)]),
  );
}

/** mulberry32: the same numbers for the same seed on every machine. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
