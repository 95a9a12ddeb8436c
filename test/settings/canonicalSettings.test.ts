import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { valueAt } from "../../provider/data/valueAt";
import { declarationFor, inOrder, nested, settingEntries } from "../../provider/settings/canonicalSettings";
import { parseSettings } from "../../provider/settings/parseSettings";
import { everySetting, samplePaths, sampleSettings } from "./settingSamples";

describe("nested settings", () => {
  it("stand in declaration order, whatever the order of the flat ones", () => {
    const flat = Object.fromEntries(Object.entries(sampleSettings(1)).reverse());
    assert.equal(JSON.stringify(nested(flat)), JSON.stringify(everySetting(1)));
    assert.deepEqual(Object.keys(nested(flat)), [
      "proxyResources",
      "initResources",
      "scaledResources",
      "capture",
      "interceptionMode",
      "alwaysExclude",
      "lifecycle",
      "terminationDrainDuration",
      "drainDuration",
      "minimumDrainDuration",
      "exitOnZeroActiveConnections",
      "holdApplicationUntilProxyStarts",
      "nativeSidecar",
      "dnsProxy",
      "readinessProbe",
      "startupProbe",
      "logLevel",
      "componentLogLevel",
      "agentLogLevel",
      "concurrency",
      "privileged",
      "enableCoreDump",
      "seccompProfile",
      "imageType",
      "imagePullPolicy",
      "statsMatcher",
      "extraStatTags",
      "tracing",
      "runtimeValues",
      "env",
    ]);
  });

  it("are read back as the same settings", () => {
    const { value: settings } = parseSettings(everySetting(2));
    assert.deepEqual(parseSettings(nested(settings)), { value: settings, problems: [] });
  });

  it("have the names of open settings as they are: dots in them make no groups, and __proto__ is a name", () => {
    const flat = {
      "tracing.customTags.team.name": { literal: { value: "blue" } },
      "runtimeValues.overload.max": "1",
      "runtimeValues.__proto__": "2",
      "env.constructor": "c",
      "env.__proto__": "p",
    };
    const tree = nested(flat);
    assert.equal(
      JSON.stringify(tree),
      '{"tracing":{"customTags":{"team.name":{"literal":{"value":"blue"}}}},"runtimeValues":{"__proto__":"2","overload.max":"1"},"env":{"__proto__":"p","constructor":"c"}}',
    );
    assert.equal(Object.getPrototypeOf(tree.env), Object.prototype);
    assert.deepEqual(parseSettings(tree), { value: flat, problems: [] });
  });

  it("have no empty groups, and keep false and the empty list", () => {
    assert.deepEqual(nested({}), {});
    assert.deepEqual(nested({ dnsProxy: false, "capture.excludeInboundPorts": "" }), {
      capture: { excludeInboundPorts: "" },
      dnsProxy: false,
    });
  });

  it("have settings only", () => {
    assert.deepEqual(nested({ "proxyResources.limits.gpu": "1" }), {});
  });
});

describe("setting paths", () => {
  it("come in the order of their declarations, then of their names", () => {
    assert.deepEqual(
      inOrder(["env.B", "env.A", ...[...samplePaths].reverse()]).map(({ path }) => path),
      [...samplePaths.slice(0, -1), "env.A", "env.B", "env.NAME"],
    );
  });

  const rows: [string, string, string | undefined, string?][] = [
    ["of a setting is its own", "dnsProxy", "dnsProxy", ""],
    ["of an open one is the map's, with the name below it", "env.FOO", "env", "FOO"],
    ["of a name with dots has them in the name", "tracing.customTags.a.b", "tracing.customTags", "a.b"],
    ["beside an open one is another setting", "tracing.sampling", "tracing.sampling", ""],
    ["of a whole map is the map's", "env", "env", ""],
    ["of a word that begins alike is none", "environment", undefined],
    ["of a group is none", "capture", undefined],
    ["below a setting is none", "dnsProxy.FOO", undefined],
    ["of an inherited property is none", "constructor", undefined],
  ];
  for (const [edge, path, declared, name] of rows) {
    it(`the declaration ${edge}`, () => {
      const found = declarationFor(path);
      assert.equal(found?.declaration.path, declared);
      assert.equal(found?.name, name);
    });
  }

  it("have values only where a setting does", () => {
    assert.deepEqual(
      settingEntries({ dnsProxy: false, "env.A": "", bogus: "x" }).map(({ path, value, name }) => [
        path,
        value,
        name,
      ]),
      [
        ["dnsProxy", false, ""],
        ["env.A", "", "A"],
      ],
    );
  });
});

describe("the value at a path", () => {
  it("is undefined where the path ends early, and never an inherited property", () => {
    const data = { a: { b: null, c: [1] } };
    assert.equal(valueAt(data, ["a", "b"]), null);
    assert.equal(valueAt(data, ["a", "b", "c"]), undefined);
    assert.equal(valueAt(data, ["a", "c", "0"]), 1);
    assert.equal(valueAt(data, ["constructor", "name"]), undefined);
    assert.equal(valueAt(data, ["__proto__"]), undefined);
    assert.equal(valueAt("text", ["length"]), undefined);
  });
});
