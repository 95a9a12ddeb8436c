import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { stringify } from "yaml";
import type { PodTemplate } from "../../provider/cluster/podTemplate";
import { explainSidecar } from "../../provider/explain/explainSidecar";
import { NoPodTemplate, templatesIn } from "../../provider/mesh/findPodTemplate";
import { importedSettings } from "../../provider/mesh/importedSettings";
import { ownKeyPattern, proxyConfigAnnotation, setsKey } from "../../provider/pod/podAnnotations";
import { podTemplateWithSettings } from "../../provider/pod/podTemplateWithSettings";
import { readOverrides } from "../../provider/pod/readOverrides";
import { explainMarkdown, explainText } from "../../provider/report/explainReport";
import { changedSettings } from "../../provider/rollout/observe/changedSettings";
import { declarations } from "../../provider/settings/declarations";
import { parseSettings } from "../../provider/settings/parseSettings";
import { layers } from "../configMap/injectorText";
import { everything, otherwise } from "../laws/lawSettings";
import { hostileText, jsonValue, mangled, nastyTexts, replacedSomewhere } from "./arbitraries";
import { holds, orRefusal } from "./claims";

const settings = parseSettings(everything).value;
const change = { before: parseSettings(otherwise).value, after: settings };
const proxyConfig = stringify({
  concurrency: 3,
  drainDuration: "20s",
  proxy_metadata: { A: "b" },
  proxyMetadata: { ISTIO_META_DNS_CAPTURE: "true", GREETING: "hello" },
  tracing: { sampling: 12.5, customTags: { team: { literal: { value: "a" } } } },
  proxyStatsMatcher: { inclusionPrefixes: ["cluster"] },
  runtimeValues: { a: "1" },
});
const pod = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "api", namespace: "shop" },
  spec: {
    template: {
      metadata: {
        labels: { app: "web" },
        annotations: {
          [proxyConfigAnnotation]: proxyConfig,
          "sidecar.istio.io/proxyCPU": "100m",
          "sidecar.istio.io/interceptionMode": "TPROXY",
          "traffic.sidecar.istio.io/excludeInboundPorts": "80,81",
          "inject.istio.io/templates": "sidecar",
        },
      },
      spec: {
        containers: [
          { name: "app", resources: { limits: { cpu: 1, memory: "1Gi" } } },
          {
            name: "istio-proxy",
            image: "auto",
            args: ["proxy", "--proxyLogLevel=debug"],
            env: [{ name: "A", value: "b" }],
          },
        ],
        initContainers: [
          { name: "istio-init", args: ["-p", "15001", "-d", "80"], resources: { requests: { cpu: "1" } } },
        ],
        volumes: [{ name: "istio-envoy" }],
      },
    },
  },
};

/** Everything that is made of a pod template before there is a pod. */
function use(template: PodTemplate, namespace: string): void {
  const explained = [
    { name: "n", explanation: explainSidecar(template, { namespace, layers, installed: settings }) },
  ];
  for (const text of [explainText(explained), explainMarkdown(explained)])
    assert.doesNotMatch(text.replaceAll("\n", ""), /\p{Cc}/u);
  readOverrides(template);
  changedSettings(change, template);
  const annotations = template.metadata?.annotations ?? {};
  importedSettings({
    rootNamespace: "istio-system",
    notes: [],
    namespaces: [
      {
        name: "shop",
        workloads: [{ name: "Deployment/api", annotations }],
        asmTemplates: [],
        proxyConfigs: [],
      },
    ],
  });
  const said = podTemplateWithSettings(template, change.before);
  if (said.problems.length === 0) readOverrides(said.template);
}

describe("a pod template", () => {
  it("in a manifest of any text is explained, or refused", () => {
    holds(mangled([stringify(pod), JSON.stringify(pod)]), (text) => {
      for (const { template, namespace } of orRefusal(() => templatesIn(text, "shop")) ?? [])
        use(template, namespace);
    });
  });

  it("with anything anywhere in it is explained, or refused", () => {
    const injected = {
      ...pod.spec.template,
      kind: "Pod",
      metadata: { ...pod.metadata, annotations: { "sidecar.istio.io/status": "{}" } },
    };
    for (const one of [pod, injected, { kind: "List", items: [pod, injected] }]) {
      holds(replacedSomewhere(one, jsonValue), (object) => {
        for (const { template, namespace } of orRefusal(() => templatesIn(JSON.stringify(object), "shop")) ??
          [])
          use(template, namespace);
      });
    }
  });

  it("with annotations of any text is explained", () => {
    const names = declarations.flatMap(({ overrides }) =>
      overrides("A").flatMap((way) => (way.by === "annotation" ? [way.name] : [])),
    );
    const annotations = fc.dictionary(fc.constantFrom(...names, "inject.istio.io/templates"), hostileText, {
      maxKeys: 4,
    });
    const config = fc.oneof(
      mangled([proxyConfig, JSON.stringify({ tracing: {} })]),
      jsonValue.map((value) => JSON.stringify(value)),
    );
    holds(
      fc.tuple(annotations, config),
      ([others, own]) =>
        use(
          {
            metadata: { annotations: { ...others, [proxyConfigAnnotation]: own } },
            spec: { containers: [{ name: "app" }] },
          },
          "shop",
        ),
      100,
    );
  });

  const refused: [string, unknown, RegExp][] = [
    ["a container that is null", pod1({ containers: [null] }), /spec\.containers\.0/],
    [
      "labels that are no text",
      { ...pod1({ containers: [] }), metadata: { name: "one", labels: { a: 1 } } },
      /metadata\.labels\.a: .*, got 1\./,
    ],
    [
      "an annotation that is true",
      { ...pod1({ containers: [] }), metadata: { name: "one", annotations: { a: true } } },
      /Pod\/one: .*\n✖ .*, got true\./,
    ],
    [
      "init containers that are none",
      pod1({ containers: [], initContainers: 5 }),
      /spec\.initContainers: .*, got 5\./,
    ],
    [
      "variables that are none",
      pod1({ containers: [{ name: "istio-proxy", env: [null] }] }),
      /spec\.containers\.0\.env\.0: .*, got null\./,
    ],
    ["arguments that are none", pod1({ containers: [{ name: "istio-init", args: [{}] }] }), /args\.0/],
  ];
  for (const [edge, object, message] of refused) {
    it(`with ${edge} is refused, with the place`, () => {
      assert.throws(
        () => templatesIn(JSON.stringify(object), "shop"),
        (error: unknown) => error instanceof NoPodTemplate && message.test(error.message),
      );
    });
  }

  it("with null labels, annotations and init containers has none, as in Kubernetes", () => {
    const object = {
      kind: "Pod",
      metadata: { labels: null, annotations: null },
      spec: { containers: [{ name: "app", env: null }], initContainers: null },
    };
    const [found] = templatesIn(JSON.stringify(object), "shop");
    assert.deepEqual(found?.template.spec, { containers: [{ name: "app" }] });
    use(found.template, "shop");
  });

  const texts: [string, string][] = [
    [
      "aliases",
      "%YAML 1.1\n---\na: &a [x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\nc: [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b, *b]",
    ],
    ["itself", "&a { tracing: *a }"],
    ["brackets", "[".repeat(100_000)],
    ["newlines", "\n".repeat(200_000)],
    ["spaces", `concurrency${" ".repeat(200_000)}`],
    ["comments", "a#".repeat(100_000)],
    ["one key again and again", "concurrency ".repeat(20_000)],
    [
      "3,000 variables",
      `proxyMetadata:\n${Array.from({ length: 3_000 }, (_, at) => `  VARIABLE_${at}: "x"`).join("\n")}`,
    ],
  ];
  for (const [edge, config] of texts) {
    it(`whose proxy.istio.io/config is 200 KB of ${edge} is read in constant time`, () => {
      const template = {
        metadata: { annotations: { [proxyConfigAnnotation]: config } },
        spec: { containers: [{ name: "app" }] },
      };
      const began = performance.now();
      readOverrides(template);
      const took = performance.now() - began;
      assert.ok(took < 15_000, `${took.toFixed(0)} ms`);
    });
  }

  const places: [string, string][] = [
    ["text", "tracing: 5"],
    ["a list", "tracing: [1]"],
    ["an alias", "a: &a { sampling: 1 }\ntracing: *a"],
    ["an alias of nothing", "tracing: *a"],
  ];
  for (const [edge, config] of places) {
    it(`whose proxy.istio.io/config has ${edge} where a setting wants a map is a problem of that setting`, () => {
      const template = {
        metadata: { annotations: { [proxyConfigAnnotation]: config } },
        spec: { containers: [] },
      };
      const { problems } = podTemplateWithSettings(template, { "tracing.sampling": "5" });
      assert.deepEqual(
        problems.map(({ path, todo }) => [path, todo]),
        [["tracing.sampling", "fix the annotation"]],
      );
    });
  }
});

describe("a pod with settings of its own", () => {
  const bare: PodTemplate = { spec: { containers: [{ name: "app" }] } };
  const rows: [string, string, string, boolean][] = [
    ["a variable", "env.A", "a b {{ c }} 'd' # é", true],
    ["a variable with quotes, which Istio's template does not escape,", "env.A", 'a"b', false],
    ["a variable with a backslash", "env.A", "a\\b", false],
    ["a variable of two lines", "env.A", "a\nb", false],
    ["a runtime value with all of these", "runtimeValues.a", 'a"b\\c\nd', true],
    ["a runtime value with a control character, which denies the pod,", "runtimeValues.a", "a\u007f", false],
  ];
  for (const [edge, path, value, can] of rows) {
    it(`${can ? "may" : "may not"} have ${edge} in its annotation`, () => {
      const { problems } = podTemplateWithSettings(bare, { [path]: value });
      assert.deepEqual(
        problems.map(({ path: at, todo }) => [at, todo]),
        can ? [] : [[path, "use WorkloadSidecarSettings, which supports any text"]],
      );
    });
  }
});

describe("a runtime value of several lines", () => {
  it("is written in quotes: as a block that begins with a tab, the injector would deny the pod", () => {
    const bare: PodTemplate = { spec: { containers: [] } };
    const { template } = podTemplateWithSettings(bare, { "runtimeValues.a": "\tb\nc" });
    assert.equal(
      template.metadata?.annotations?.[proxyConfigAnnotation],
      'runtimeValues:\n  a: "\\tb\\nc"\n',
    );
  });
});

describe("a key of a pod's proxy.istio.io/config", () => {
  it("is found where the injector's own expression finds it", () => {
    // Go's white space, and its lines
    const pattern = (key: string) =>
      new RegExp(
        ownKeyPattern
          .replace("(?m)^", "(?:^|\\n)")
          .replace("%s", key)
          .replaceAll("[^\\s#]", "[^\\t\\n\\f\\r #]")
          .replaceAll("\\s", "[\\t\\n\\f\\r ]"),
      );
    const piece = fc.constantFrom(
      "env",
      "a",
      "_",
      "env:",
      '"env"',
      " ",
      "\n",
      "\t",
      "\r",
      "\u00a0",
      "\u2028",
      "#",
      " #",
      "a#",
      ":",
      "'",
      "{",
      ",",
      "-",
      ".",
      ...nastyTexts.filter((text) => text.length < 10),
    );
    holds(
      fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join("")),
      (text) => assert.equal(setsKey(text, "none|env"), pattern("none|env").test(text), JSON.stringify(text)),
      2_000,
    );
  });
});

function pod1(spec: object): object {
  return { kind: "Pod", metadata: { name: "one" }, spec };
}
