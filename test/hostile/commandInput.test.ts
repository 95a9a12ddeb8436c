import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import type { Io } from "../../provider/cli/Io";
import { run } from "../../provider/cli/run";
import { importedSettings } from "../../provider/mesh/importedSettings";
import { readPlatformFile } from "../../provider/platformFile/readPlatformFile";
import { importedFile } from "../../provider/report/importReport";
import { previewComment } from "../../provider/report/preview/previewComment";
import { PreviewError, readPreview } from "../../provider/report/preview/readPreview";
import { declarations } from "../../provider/settings/declarations";
import { withoutFiles } from "../cli/withoutFiles";
import { config, values } from "../configMap/injectorText";
import { nestedAt } from "../settings/settingSamples";
import { hostileKey, jsonValue, mangled, nastyTexts, replacedSomewhere } from "./arbitraries";
import { holds, orRefusal } from "./claims";

const previews = join(__dirname, "../report/previews");
const preview = readFileSync(join(previews, "settings-change-at-several-levels/preview.json"), "utf8");
const asmFields = declarations.flatMap(({ foreign }) =>
  foreign("NAME").flatMap((field) => (field.in === "asm" ? field.paths.map((path) => path.join(".")) : [])),
);
const longestComment = 65_536;

function useReport(text: string): void {
  const read = orRefusal(() => readPreview(text));
  if (!read) return;
  const comment = previewComment(read, "Sidecar settings");
  assert.ok(Buffer.byteLength(comment) <= longestComment);
  assert.doesNotMatch(comment.replaceAll("\n", ""), /\p{Cc}/u);
  assert.doesNotThrow(() => JSON.stringify(read));
}

describe("what pulumi preview --json printed", () => {
  it("is a comment, or refused, whatever somebody cut out of it", () => {
    holds(mangled([preview]), useReport, 200);
  });

  it("is a comment, or refused, whatever stands anywhere in it", () => {
    holds(replacedSomewhere(JSON.parse(preview), jsonValue), (data) => useReport(JSON.stringify(data)), 300);
  });

  const urn = (type: string) =>
    `urn:pulumi:dev::mesh::pulumi-istio-sidecar:index:NamespaceSidecarSettings$pulumi-istio-sidecar:index:${type}::shop`;
  const step = (type: string, inputs: object) =>
    JSON.stringify({ steps: [{ op: "update", urn: urn(type), newState: { inputs } }] });
  const methods = { toString: 1, valueOf: 1 };

  it("counts restarts whose counts are not text", () => {
    const inputs = {
      namespace: "shop",
      __stale: 1,
      restarts: { why: { "Deployment/api": methods, "… and 1 more": methods }, other: methods },
      waiting: { "Deployment/web": methods },
    };
    const read = readPreview(step("SidecarRollout", inputs));
    assert.deepEqual(read.restarts, [
      { namespace: "shop", workload: "Deployment/api", pods: 1, why: "why" },
      { namespace: "shop", workload: "toString", pods: 1, why: "other" },
      { namespace: "shop", workload: "valueOf", pods: 1, why: "other" },
    ]);
    assert.deepEqual(readPreview(step("SidecarRollout", { ...inputs, __stale: methods })).restarts, []);
  });

  it("is refused where a setting is nested too deeply", () => {
    const text = step("SettingsLayer", { env: {} }).replace(
      "{}",
      `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`,
    );
    assert.throws(
      () => readPreview(text),
      (error: unknown) =>
        error instanceof PreviewError && /nested deeper than any setting/.test(error.message),
    );
  });
});

describe("objects of Alibaba Cloud Service Mesh and of Istio", () => {
  const field = fc.tuple(fc.constantFrom(...asmFields, "nobody.knows"), jsonValue);
  const patches = fc
    .array(field, { maxLength: 6 })
    .map((fields) => Object.assign({}, ...fields.map(([path, value]) => nestedAt(path, value))) as object);
  const spec = fc.oneof(
    { weight: 3, arbitrary: patches.map((configPatches) => ({ configPatches })) },
    fc.dictionary(
      fc.oneof(
        fc.constantFrom("environmentVariables", "concurrency", "selector", "workloadSelector"),
        hostileKey,
      ),
      jsonValue,
    ),
    fc
      .integer({ min: 100, max: 9_000 })
      .map(
        (depth) => JSON.parse(`{"configPatches":${'{"a":'.repeat(depth)}1${"}".repeat(depth)}}`) as object,
      ),
  ) as fc.Arbitrary<Record<string, unknown>>;
  const labels = fc.dictionary(fc.oneof(hostileKey, fc.constantFrom("app", "tier")), jsonValue, {
    maxKeys: 2,
  });
  const selecting = fc.tuple(spec, labels).map(([content, some]) => ({
    ...content,
    workloadSelector: { labels: some },
    selector: { matchLabels: some },
  }));
  const custom = (kind: string) =>
    fc.record({
      kind: fc.constant(kind),
      name: fc.constant("one"),
      created: fc.constant(""),
      spec: fc.oneof(spec, selecting),
    });

  it("become a settings file that is read, with an account of the rest", () => {
    holds(
      fc.tuple(
        fc.array(custom("ASMCustomProxyConfigInjectionTemplate"), { maxLength: 2 }),
        fc.array(custom("ProxyConfig"), { maxLength: 2 }),
      ),
      ([asmTemplates, proxyConfigs]) => {
        const imported = importedSettings({
          rootNamespace: "istio-system",
          notes: [],
          namespaces: [{ name: "shop", workloads: [], asmTemplates, proxyConfigs }],
        });
        const file = importedFile(imported, "https://localhost");
        const read = readPlatformFile(file, "imported");
        assert.deepEqual(Object.keys(read.namespaces), Object.keys(imported.namespaces), file);
        assert.deepEqual(Object.keys(read.workloads), Object.keys(imported.workloads), file);
      },
      300,
    );
  });
});

describe("a file that a command reads", () => {
  const io = (files: Readonly<Record<string, string>>, printed: string[]): Io => ({
    out: (text) => void printed.push(text),
    err: (text) => void printed.push(text),
    isTerminal: false,
    env: {},
    readFile: async (path) => files[path] ?? "",
    ...withoutFiles,
    connect: async () => {
      throw new Error("no cluster here");
    },
    now: () => 0,
    sleep: async () => false,
  });
  const configMap = {
    kind: "ConfigMap",
    metadata: { name: "i", namespace: "istio-system" },
    data: { config, values },
  };

  it("ends a command with its result or an error message, never with a crash", async () => {
    const text = fc.oneof(
      fc.constantFrom(...nastyTexts),
      mangled([preview.slice(0, 2_000), JSON.stringify(configMap)]),
      jsonValue.map((value) => JSON.stringify(value)),
    );
    const commands = [
      ["report", "file"],
      ["report", "file", "-o", "json"],
      ["render", "settings", "--configmap", "file"],
      ["render", "file", "--configmap", "configmap"],
    ];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...commands), text, async (command, file) => {
        const printed: string[] = [];
        const files = {
          file,
          settings: "namespaces: { shop: { dnsProxy: true } }",
          configmap: JSON.stringify(configMap),
        };
        const code = await run(command, io(files, printed), { version: "1.0.0" });
        const all = printed.join("");
        if (code === 0) return;
        assert.equal(code, 1, all);
        assert.match(all, /^error: \S/);
        assert.doesNotMatch(
          all,
          /^ {4}at |is not a function|Cannot (read|convert)|Maximum call stack|not iterable/m,
        );
      }),
      { numRuns: 100, includeErrorInReport: true },
    );
  });
});
