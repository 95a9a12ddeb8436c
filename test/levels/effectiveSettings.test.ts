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
import { type CanonicalSettings, declarationFor, nested } from "../../provider/settings/canonicalSettings";
import { listEntries } from "../../provider/settings/list";
import { samplePaths, sampleValue } from "../settings/settingSamples";

const mergedBy = (merge: "replace" | "unite") =>
  samplePaths.filter((path) => declarationFor(path)?.declaration.merge === merge);
const replaced = mergedBy("replace");
const unitedPaths = mergedBy("unite");
const nthOf = (level: Level) => levels.indexOf(level) + 1;

/** Every combination of the four levels that people write at, each with or without what Istio was installed with. */
const combinations: readonly Level[][] = Array.from({ length: 2 ** levels.length }, (_, bits) =>
  levels.filter((_, at) => bits & (1 << at)),
);

/** The rows of the table above `levels`, strongest first; `any` stands for yes and no. */
const strongestFirst = [...levels].reverse();

function saidAt(level: Level, path: string) {
  return { value: sampleValue(path, nthOf(level)), source: level };
}

/** What the weaker levels said themselves, the strongest first. */
function overrodeOf(said: readonly Level[], path: string) {
  const weaker = said.slice(0, -1).reverse();
  return weaker.length > 0 ? { overrode: weaker.map((level) => saidAt(level, path)) } : {};
}

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
            { [path]: { ...saidAt(winner, path), ...overrodeOf(said, path) } },
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
        const { value, source, ...history } = effectiveSettings(atLevels(said, path))[path] ?? {};
        const entries = said.flatMap((level) => listEntries(String(sampleValue(path, nthOf(level)))));
        assert.equal(value, entries.join(","), said.join(", "));
        assert.equal(source, said.at(-1));
        assert.deepEqual(history, overrodeOf(said, path), "each level's own entries");
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

describe("an owner", () => {
  const shop = { level: "workload", owner: "acme/shop/prod:web", settings: { logLevel: "debug" } } as const;
  const bank = { level: "workload", owner: "acme/shop/prod:front", settings: { logLevel: "trace" } } as const;

  it("stands beside the value and beside what it overrode; of two at one level the later is the stronger", () => {
    assert.deepEqual(effectiveSettings([shop, bank, { level: "global", settings: { logLevel: "info" } }]), {
      logLevel: {
        value: "trace",
        source: "workload",
        owner: "acme/shop/prod:front",
        overrode: [
          { value: "debug", source: "workload", owner: "acme/shop/prod:web" },
          { value: "info", source: "global" },
        ],
      },
    });
    assert.equal(effectiveSettings([bank, shop]).logLevel?.value, "debug");
  });

  it("is that of each name's value in an open map", () => {
    const effective = effectiveSettings([
      { level: "global", owner: "mesh", settings: { "env.A": "1", "env.B": "1" } },
      { level: "namespace", owner: "shop", settings: { "env.B": "2", "env.__proto__": "3" } },
    ]);
    assert.deepEqual(
      Object.entries(effective).map(([path, { value, owner }]) => [path, value, owner]),
      [
        ["env.A", "1", "mesh"],
        ["env.B", "2", "shop"],
        ["env.__proto__", "3", "shop"],
      ],
    );
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
    samplePaths
      .filter(() => random() < 0.5)
      .sort(() => random() - 0.5)
      .map((path) => [path, sampleValue(path, nth)]),
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
