import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { SettingsFileError } from "../../provider/platformFile/PlacedProblem";
import { readPlatformFile } from "../../provider/platformFile/readPlatformFile";

function problemsOf(text: string): string[] {
  try {
    readPlatformFile(text, "settings.yaml");
  } catch (error) {
    assert.ok(error instanceof SettingsFileError, String(error));
    return error.problems.map(({ line, column, path, got }) => `${line}:${column} ${path}: ${got}`);
  }
  return [];
}

describe("a settings file", () => {
  it("gives each level its settings, with the file's common options", () => {
    const read = readPlatformFile(
      `
injector: { revision: canary }
cluster: { context: production }
injectorTimeout: 60s
rollout: { maxConcurrent: 5, onFailure: continue }
global:
  dnsProxy: true
namespaces:
  shop:
    proxyResources: { limits: { cpu: 2 } }
    rollout: { maxConcurrent: 1 }
    publish: false
  cart:
workloads:
  web: { namespace: shop, selector: { matchLabels: { app: web } }, priority: 3, logLevel: debug }
waves: [[cart], [shop]]
`,
      "settings.yaml",
    );
    const shared = {
      injector: { namespace: "istio-system", revision: "canary" },
      cluster: { context: "production" },
      injectorTimeout: "60s",
    };
    assert.deepEqual(read, {
      global: { ...shared, rollout: { maxConcurrent: 5, onFailure: "continue" }, dnsProxy: true },
      namespaces: {
        shop: {
          ...shared,
          namespace: "shop",
          rollout: { maxConcurrent: 1, onFailure: "continue" },
          proxyResources: { limits: { cpu: 2 } },
          publish: false,
        },
        cart: { ...shared, namespace: "cart", rollout: { maxConcurrent: 5, onFailure: "continue" } },
      },
      workloads: {
        web: {
          ...shared,
          namespace: "shop",
          selector: { matchLabels: { app: "web" } },
          priority: 3,
          rollout: { maxConcurrent: 5, onFailure: "continue" },
          logLevel: "debug",
        },
      },
      waves: [["cart"], ["shop"]],
    });
  });

  it("keeps numbers as they are written where a setting is text", () => {
    const { namespaces } = readPlatformFile(
      "namespaces:\n  a: &a\n    env: { V: 1.10, ID: 12345678901234567890, MODE: 0755 }\n    runtimeValues: { x.y: 1e3 }\n  b: *a\n",
      "settings.yaml",
    );
    for (const { env, runtimeValues } of [namespaces.a, namespaces.b].map((one) => ({ ...one })))
      assert.deepEqual(
        [env, runtimeValues],
        [{ V: "1.10", ID: "12345678901234567890", MODE: "0755" }, { "x.y": "1e3" }],
      );
  });

  it("reads settings of a namespace that is called as a setting is", () => {
    const { namespaces } = readPlatformFile(
      "namespaces:\n  env:\n    injectorTimeout: 60\n    env: { V: 1.10 }\n",
      "settings.yaml",
    );
    assert.deepEqual({ ...namespaces.env }, { namespace: "env", env: { V: "1.10" }, injectorTimeout: 60 });
  });

  it("may be empty, and the one in this repository is valid", () => {
    assert.deepEqual(readPlatformFile("", "settings.yaml"), { namespaces: {}, workloads: {}, waves: [] });
    assert.deepEqual(readPlatformFile("# nothing yet\n", "settings.yaml"), {
      namespaces: {},
      workloads: {},
      waves: [],
    });
    const example = readFileSync(join(__dirname, "../../settings.yaml"), "utf8");
    readPlatformFile(example, "settings.yaml");
    const uncommented = example
      .split("\n")
      .slice(2)
      .map((line) => line.replace(/^# /, ""))
      .join("\n");
    assert.deepEqual(Object.keys(readPlatformFile(uncommented, "settings.yaml").namespaces), ["shop"]);
  });

  it("names everything that is wrong, with line and column", () => {
    const text = `global:
  dnsProxy: "yes"
  proxyResorces: {}
namespaces:
  shop:
    proxyResources:
      limits: { cpu: two, memory: 1Gi }
      requests:
        memory: 2Gi
    capture:
      excludeInboundPorts: [80, 99999]
  kube-system: {}
  cart: 7
rollout: { maxConcurrent: 0, maxConcurent: 2 }
waves: [[shp]]
publish: true
`;
    assert.deepEqual(problemsOf(text), [
      '2:3 global.dnsProxy: "yes"',
      '3:3 global.proxyResorces: the unknown key "proxyResorces"',
      '7:17 namespaces.shop.proxyResources.limits.cpu: "two"',
      '11:7 namespaces.shop.capture.excludeInboundPorts: "99999"',
      '12:3 namespaces.kube-system: "kube-system"',
      "13:3 namespaces.cart: 7",
      "14:12 rollout.maxConcurrent: 0",
      '14:30 rollout.maxConcurent: the unknown key "maxConcurent"',
      '15:10 waves.0.0: "shp"',
      '16:1 publish: the unknown key "publish"',
    ]);
  });

  it("prints places as terminals link them", () => {
    assert.throws(
      () => readPlatformFile("namespaces:\n  shop:\n    dnsProxi: true\n", "mesh/settings.yaml"),
      (error: Error) => {
        assert.match(
          error.message,
          /^mesh\/settings\.yaml: 1 problem\n✖ mesh\/settings\.yaml:3:5: namespaces\.shop\.dnsProxi: unknown key "dnsProxi": did you mean dnsProxy\?$/,
        );
        return true;
      },
    );
  });

  it("says where a key belongs that stands at another place", () => {
    const text = [
      "dnsProxy: true",
      "namespaces:",
      "  shop:",
      "    workloads: { api: { selector: { app: api } } }",
      "global:",
      "  namespaces: { cart: { dnsProxy: true } }",
    ].join("\n");
    const down = "move it below global, or below a namespace's name in namespaces.";
    const up = "move it to the top level of the file.";
    assert.throws(
      () => readPlatformFile(text, "settings.yaml"),
      (error: Error) => {
        assert.deepEqual(error.message.split("\n").slice(1), [
          `✖ settings.yaml:1:1: dnsProxy: unknown key "dnsProxy" here: ${down}`,
          `✖ settings.yaml:4:5: namespaces.shop.workloads: unknown key "workloads" here: ${up}`,
          `✖ settings.yaml:6:3: global.namespaces: unknown key "namespaces" here: ${up}`,
        ]);
        return true;
      },
    );
  });

  it("places what is wrong between two settings at one of them", () => {
    assert.deepEqual(
      problemsOf(
        "namespaces:\n  a:\n    proxyResources:\n      limits: {cpu: 1}\n      requests: {cpu: 2}\n",
      ),
      ["5:18 namespaces.a.proxyResources.requests.cpu: a cpu request of 2 above the limit of 1"],
    );
  });

  it("may have one anchor for all of a thousand namespaces", () => {
    const names = Array.from({ length: 1_000 }, (_, at) => `team-${at}`);
    const { namespaces } = readPlatformFile(
      `namespaces:\n  shop: &all { logLevel: info }\n${names.map((name) => `  ${name}: { <<: *all, concurrency: 2 }\n`).join("")}`,
      "settings.yaml",
    );
    assert.deepEqual(namespaces["team-999"], { namespace: "team-999", logLevel: "info", concurrency: 2 });
  });

  for (const [name, text, expected] of [
    ["bad YAML", "global:\n  a: [1,\n", /^3:1 : "\[" is never closed$/],
    ["the same key twice", "global: {}\nglobal: {}\n", /^2:1 : duplicate key/],
    ["tabs", "global:\n\tdnsProxy: true\n", /^2:1 : Tabs are not allowed/],
    ["two documents", "global: {}\n---\nglobal: {}\n", /^2:1 : a second document begins here/],
    ["an alias without an anchor", "global: {}\nnamespaces: { a: *b }\n", /^2:18 : Unresolved alias .*: b$/],
    ["a merge of a text", "global: {}\nnamespaces:\n  a: { <<: b }\n", /^3:12 : Merge sources must be maps/],
    ["text alone", "global\n", /^1:1 : "global"/],
    ["a list", "- global\n", /^1:1 : \["global"\]/],
    ["namespaces as a list", "namespaces: [shop]\n", /^1:1 namespaces: \["shop"\]/],
    ["nothing below a setting", "global:\n  proxyResources:\n", /^2:3 global\.proxyResources: null/],
    ["nothing below rollout of a level", "global:\n  rollout:\n", /^2:3 global\.rollout: nothing/],
    [
      "a cluster below a level",
      "global: {cluster: {context: a}}\n",
      /^1:10 global\.cluster: the unknown key/,
    ],
    ["a revision that YAML takes for a number", "injector: {revision: 1}\n", /^1:12 injector\.revision: 1$/],
    ["a wave that is no list", "waves: [shop]\n", /^1:9 waves\.0: "shop"$/],
    [
      "a namespace in two waves",
      "namespaces: {a: }\nwaves: [[a], [a]]\n",
      /^2:15 waves\.1\.0: "a" a second time/,
    ],
    [
      "a wave's unknown namespace beside a workload without one",
      "workloads: {web: {selector: {matchLabels: {app: web}}}}\nwaves: [[shop]]\n",
      /^1:13 workloads\.web\.namespace: nothing\n2:10 waves\.0\.0: "shop"$/,
    ],
    [
      "a name with dots",
      "namespaces:\n  a.b: {dnsProxy: 1}\n",
      /^2:3 namespaces\.a\.b: "a\.b"\n2:9 namespaces\.a\.b\.dnsProxy: 1/,
    ],
    [
      "__proto__ as a key",
      "global:\n  __proto__: {dnsProxy: true}\n",
      /^2:3 global\.__proto__: the unknown key/,
    ],
    [
      "an alias bomb",
      `a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [${"*a,".repeat(30)}]\nc: &c [${"*b,".repeat(30)}]\nd: [${"*c,".repeat(30)}]\n`,
      /aliases that repeat what they stand for/,
    ],
    [
      "text with control characters",
      `global: {"a\\u0007b": 1}\n`,
      /^1:10 global\.a\\u0007b: the unknown key/,
    ],
  ] as const) {
    it(`refuses ${name}`, () => assert.match(problemsOf(text).join("\n"), expected));
  }

  it("says how to write a namespace of digits in a wave", () => {
    const text = "namespaces: { 123: { dnsProxy: true } }\nwaves: [[123]]\n";
    assert.throws(() => readPlatformFile(text, "settings.yaml"), {
      message: /settings\.yaml:2:10: waves\.0\.0: .*, got 123\. Write "123", in quotes\.$/,
    });
    assert.deepEqual(problemsOf(text.replace("[[123]]", '[["123"]]')), []);
  });

  it("places what comes from an anchor where it is used", () => {
    assert.deepEqual(
      problemsOf("namespaces:\n  a: &a {dnsProxy: 1}\n  b: *a\n  c:\n    <<: *a\n").map(
        (one) => one.split(" ")[0],
      ),
      ["2:10", "2:10", "4:3"],
    );
  });
});
