import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nearestKey } from "../../provider/data/nearestKey";
import { unknownMarker } from "../../provider/data/unknown";
import { declarations } from "../../provider/settings/declarations";
import { parseSettings } from "../../provider/settings/parseSettings";
import { everySetting, nestedAt, samplePaths, sampleValue } from "./settingSamples";

const paths = declarations.map(({ path }) => path);
const groups = [
  ...new Set(
    paths.flatMap((path) =>
      path
        .split(".")
        .slice(0, -1)
        .map((_, at, keys) => keys.slice(0, at + 1).join(".")),
    ),
  ),
];

describe("settings", () => {
  it("may be all left out", () => {
    assert.deepEqual(parseSettings({}), { value: {}, problems: [] });
    assert.deepEqual(parseSettings({ proxyResources: undefined, dnsProxy: undefined, capture: {} }), {
      value: {},
      problems: [],
    });
  });

  it("are read in canonical form, each at its path, in declaration order", () => {
    const { value: settings, problems } = parseSettings(everySetting(1));
    assert.deepEqual(problems, []);
    assert.deepEqual(Object.keys(settings), samplePaths);
    for (const path of samplePaths) assert.deepEqual(settings[path], sampleValue(path, 1), path);
  });

  it("in another spelling and key order are the same settings", () => {
    const written = {
      dnsProxy: true,
      terminationDrainDuration: "1m30s",
      capture: { excludeInboundPorts: "9191, 7013", includeOutboundIPRanges: ["2001:DB8::/32"] },
      proxyResources: { requests: { memory: "1024Mi" }, limits: { cpu: "2 cores" } },
    };
    const canonical = {
      proxyResources: { limits: { cpu: "2" }, requests: { memory: "1Gi" } },
      capture: { includeOutboundIPRanges: "2001:db8::/32", excludeInboundPorts: [9191, 7013] },
      terminationDrainDuration: 90,
      dnsProxy: true,
    };
    assert.equal(
      JSON.stringify(parseSettings(written).value),
      JSON.stringify(parseSettings(canonical).value),
    );
  });

  it("keep false and an empty list, which are values", () => {
    assert.deepEqual(parseSettings({ dnsProxy: false, capture: { excludeInboundPorts: [] } }).value, {
      "capture.excludeInboundPorts": "",
      dnsProxy: false,
    });
  });
});

describe("wrong settings", () => {
  it("are all named at once, each with its path", () => {
    const { value: settings, problems } = parseSettings({
      proxyResources: { limits: { cpu: "abc", memory: 1025 }, request: {} },
      initResources: [],
      capture: { excludeInboundPorts: "1-2", bogus: 1 },
      lifecycle: null,
      dnsProxy: "yes",
      proxyResource: {},
    });
    assert.deepEqual(settings, {});
    assert.deepEqual(problems.map(({ path }) => path).sort(), [
      "capture.bogus",
      "capture.excludeInboundPorts",
      "dnsProxy",
      "initResources",
      "lifecycle",
      "proxyResource",
      "proxyResources.limits.cpu",
      "proxyResources.limits.memory",
      "proxyResources.request",
    ]);
  });

  const cases: [string, unknown, string, RegExp, RegExp][] = [
    ["null", null, "settings", /^null$/, /nest the settings/],
    ["a list", [], "settings", /^\[\]$/, /nest the settings/],
    ["text", "dnsProxy", "settings", /^"dnsProxy"$/, /nest the settings/],
    ["null for a group", { capture: null }, "capture", /^null$/, /nest the settings/],
    ["a list for a group", { capture: [] }, "capture", /^\[\]$/, /nest the settings/],
    ["true for a group", nestedAt("proxyResources.limits", true), "proxyResources.limits", /^true$/, /nest/],
    ["null for a value", { dnsProxy: null }, "dnsProxy", /^null$/, /leave it out/],
    [
      "a dotted path as key",
      { "proxyResources.limits.cpu": 1 },
      "proxyResources.limits.cpu",
      /unknown key/,
      /./,
    ],
    ["a misspelt key", { dnsproxy: true }, "dnsproxy", /"dnsproxy"/, /did you mean dnsProxy\?/],
    [
      "a misspelt group",
      nestedAt("proxyResources.limit.cpu", 1),
      "proxyResources.limit",
      /"limit"/,
      /mean limits\?/,
    ],
    ["a key like no other", { zzzzzzzzzzzz: 1 }, "zzzzzzzzzzzz", /"zzzzzzzzzzzz"/, /^remove it$/],
    ["a key of every object", { constructor: 1 }, "constructor", /unknown key/, /^remove it$/],
    [
      "the same in a group",
      nestedAt("capture.toString", 1),
      "capture.toString",
      /unknown key/,
      /^remove it$/,
    ],
    ["__proto__", JSON.parse('{"__proto__": {"dnsProxy": true}}'), "__proto__", /unknown key/, /^remove it$/],
    [
      "__proto__ in a group",
      JSON.parse('{"capture": {"__proto__": {"includeInboundPorts": "*"}}}'),
      "capture.__proto__",
      /unknown key/,
      /^remove it$/,
    ],
    [
      "objects nested without end",
      nestedAt(`proxyResources${".limits".repeat(2000)}`, 1),
      "proxyResources.limits.limits",
      /unknown key/,
      /./,
    ],
  ];
  for (const [edge, written, path, found, todo] of cases) {
    it(`can be ${edge}`, () => {
      const { value: settings, problems } = parseSettings(written);
      assert.deepEqual(settings, {});
      assert.equal(problems.length, 1, JSON.stringify(problems));
      const [problem] = problems;
      assert.equal(problem?.path, path);
      assert.match(problem?.got ?? "", found);
      assert.match(problem?.todo ?? "", todo);
    });
  }

  it("don't pollute prototypes", () => {
    parseSettings(
      JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}'),
    );
    assert.equal("polluted" in {}, false);
  });

  it("list the valid keys", () => {
    const [problem] = parseSettings(nestedAt("proxyResources.limits.gpu", 1)).problems;
    assert.equal(problem?.expected, "one of cpu, memory");
  });
});

describe("a map of names", () => {
  it("is a setting for each name, at its path, whatever the name", () => {
    const written = JSON.parse(
      '{"env":{"__proto__":"p","constructor":1,"ON":true},"runtimeValues":{"a.b":"x","__proto__":2},"tracing":{"customTags":{"team.name":{"literal":{"value":"v"}}}}}',
    );
    assert.deepEqual(parseSettings(written), {
      value: {
        "tracing.customTags.team.name": { literal: { value: "v" } },
        "runtimeValues.a.b": "x",
        "runtimeValues.__proto__": "2",
        "env.__proto__": "p",
        "env.constructor": "1",
        "env.ON": "true",
      },
      problems: [],
    });
    assert.equal("p" in {}, false);
  });

  it("without names says nothing, and a name that is undefined is not there", () => {
    assert.deepEqual(parseSettings({ env: {}, runtimeValues: { a: undefined } }), {
      value: {},
      problems: [],
    });
  });

  it("has each problem at its own name, and all of them at once", () => {
    const { value: settings, problems } = parseSettings({
      env: { OK: "x", "1st": "y", LIST: ["a"], POD_NAME: "z", ISTIO_META_DNS_CAPTURE: "true" },
      tracing: { customTags: { team: "blue", "a tag": { literal: { value: "v" } } } },
      runtimeValues: { limit: null },
    });
    assert.deepEqual(settings, {});
    assert.deepEqual(
      problems.map(({ path, todo }) => [path, todo.split(":")[0]]),
      [
        ["tracing.customTags.team", "write { literal"],
        ["tracing.customTags.a tag", "use printable characters without spaces"],
        ["runtimeValues.limit", 'write "" for an empty one, or remove it'],
        ["env.1st", "use letters, digits and _, and don't start with a digit"],
        ["env.LIST", "write it in quotes"],
        ["env.POD_NAME", "remove it"],
        ["env.ISTIO_META_DNS_CAPTURE", "use the setting dnsProxy instead"],
      ],
    );
  });

  const noMaps: [string, unknown][] = [
    ["text", "A=1"],
    ["a list", ["A=1"]],
    ["null", null],
    ["a number", 5],
  ];
  for (const [edge, written] of noMaps) {
    it(`can't be ${edge}`, () => {
      for (const path of ["env", "runtimeValues", "tracing.customTags"]) {
        const { value: settings, problems } = parseSettings(nestedAt(path, written));
        assert.deepEqual(settings, {});
        assert.deepEqual(
          problems.map(({ path: at, expected }) => [at, expected]),
          [[path, "a map of names to values"]],
        );
      }
    });
  }
});

describe("the nearest key", () => {
  it("is undefined without keys or without a near one, however long the text", () => {
    assert.equal(nearestKey("cpu", []), undefined);
    assert.equal(nearestKey("lifecycle", ["cpu", "memory"]), undefined);
    assert.equal(nearestKey("c".repeat(10_000), ["cpu", "memory"]), undefined);
  });
});

describe("an unknown value", () => {
  for (const path of paths) {
    it(`passes at ${path}`, () => {
      assert.deepEqual(parseSettings(nestedAt(path, unknownMarker)), {
        value: { [path]: unknownMarker },
        problems: [],
      });
    });
  }

  for (const group of groups) {
    it(`as the whole of ${group} means that each setting below is unknown`, () => {
      const below = paths.filter((path) => path.startsWith(`${group}.`));
      assert.deepEqual(parseSettings(nestedAt(group, unknownMarker)), {
        value: Object.fromEntries(below.map((path) => [path, unknownMarker])),
        problems: [],
      });
    });
  }

  it("as the whole of the settings means that all are unknown", () => {
    assert.deepEqual(parseSettings(unknownMarker), {
      value: Object.fromEntries(paths.map((path) => [path, unknownMarker])),
      problems: [],
    });
  });

  it("passes as one value of an open map, beside others that are known", () => {
    assert.deepEqual(parseSettings({ env: { LATER: unknownMarker, NOW: "x" } }), {
      value: { "env.LATER": unknownMarker, "env.NOW": "x" },
      problems: [],
    });
  });

  it("does not hide a wrong name", () => {
    const { problems } = parseSettings({ env: { "not a name": unknownMarker } });
    assert.deepEqual(
      problems.map(({ path }) => path),
      ["env.not a name"],
    );
  });

  it("hides no problem beside it", () => {
    const { problems } = parseSettings({ capture: unknownMarker, dnsProxy: "yes" });
    assert.deepEqual(
      problems.map(({ path }) => path),
      ["dnsProxy"],
    );
  });
});
