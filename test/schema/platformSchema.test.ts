import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import Ajv2020 from "ajv/dist/2020.js";
import { parse } from "yaml";
import { readPlatformFile } from "../../provider/platformFile/readPlatformFile";
import { declarationFor, nested } from "../../provider/settings/canonicalSettings";
import { declarations } from "../../provider/settings/declarations";
import { platformSchema } from "../../scripts/schema/platformSchema";
import { samplePaths, sampleValue } from "../settings/settingSamples";

const file = join(__dirname, "../../provider/settings.schema.json");
const validate = new Ajv2020({ strict: true, strictTypes: false, allErrors: true }).compile(platformSchema());

function reads(text: string): boolean {
  try {
    readPlatformFile(text, "settings.yaml");
    return true;
  } catch {
    return false;
  }
}

const good: Record<string, string> = {
  "settings for workloads": `
workloads:
  checkout:
    namespace: shop
    selector:
      matchLabels: { app: checkout }
      matchExpressions: [{ key: tier, operator: In, values: [a, b] }, { key: old, operator: DoesNotExist }]
    priority: 2
    concurrency: 4
    rollout: { maxConcurrent: 1 }
waves: [[shop]]`,
  "an empty file": "",
  "values as people write them": `
global:
  proxyResources: { limits: { cpu: 2 cores, memory: 1025 MiB }, requests: { cpu: 0.1, memory: 128Mi } }
  terminationDrainDuration: 90
  alwaysExclude: { outboundIPRanges: 10.0.0.0/8, inboundPorts: 9191 }
namespaces:
  shop:
    capture: { includeOutboundIPRanges: "*", excludeInboundPorts: "7015,7016", excludeOutboundPorts: [7013, "7014"] }
    lifecycle: { preStop: { exec: { command: [sleep, "5"] } }, postStart: { httpGet: { path: /, port: 15021 } } }
`,
  "how it is brought": `
injector: { namespace: istio-system, revision: "1-31" }
cluster: { context: production }
injectorTimeout: 60s
rollout: { strategy: evict, maxConcurrent: 10, pauseBetween: 5s, restartOn: [image], selector: { matchLabels: { tier: web } } }
namespaces: { a: { rollout: { onFailure: continue }, publish: false, injector: { revision: canary } } }
waves: [[a]]
`,
  "nothing below a level": "global:\nnamespaces:\n  shop:\nwaves:\n",
};

const bad: Record<string, string> = {
  "a list": "- a",
  "an unknown key at the top": "globals: {}",
  "an unknown setting": "global: { proxyResorces: {} }",
  "an unknown key below a setting": "global: { capture: { excludePorts: [1] } }",
  "a number for text": "injector: { revision: 1 }",
  "a setting of the wrong type": "global: { dnsProxy: 1 }",
  "no setting where one was begun": "global: { proxyResources: }",
  "CPU without a number": "global: { proxyResources: { limits: { cpu: two } } }",
  "CPU of nothing": "global: { proxyResources: { limits: { cpu: 0 } } }",
  "memory in bytes that were meant as Mi": "global: { proxyResources: { limits: { memory: 128 } } }",
  "a port that is none": "global: { capture: { excludeInboundPorts: [99999] } }",
  "a drain without a unit": 'global: { terminationDrainDuration: "10 seconds" }',
  "a hook with two handlers":
    "global: { lifecycle: { preStop: { sleep: { seconds: 1 }, exec: { command: [a] } } } }",
  "a hook that Kubernetes does not have": "global: { lifecycle: { preStop: { wait: 1 } } }",
  "workloads without a selector": "workloads: { web: { namespace: shop } }",
  "workloads without a namespace": "workloads: { web: { selector: { matchLabels: { app: web } } } }",
  "a selector that picks everything": "workloads: { web: { namespace: shop, selector: {} } }",
  "an operator that Kubernetes does not have":
    "workloads: { web: { namespace: shop, selector: { matchExpressions: [{ key: a, operator: Like }] } } }",
  "a priority below zero":
    "workloads: { web: { namespace: shop, selector: { matchLabels: { a: b } }, priority: -1 } }",
  "publish of workloads":
    "workloads: { web: { namespace: shop, selector: { matchLabels: { a: b } }, publish: true } }",
  "a namespace that can't be one": "namespaces: { Shop_1: {} }",
  "publish of the global level": "global: { publish: true }",
  "an option that rollouts don't have": "rollout: { parallel: 3 }",
  "an option of the wrong type": "rollout: { maxConcurrent: many }",
  "too many at once": "rollout: { maxConcurrent: 100000 }",
  "a wave that is no list": "namespaces: { a: }\nwaves: [a]",
  "injectorTimeout without a unit": "injectorTimeout: five minutes",
};

describe("the JSON Schema of settings files", () => {
  it("is the one that is committed (UPDATE_GOLDENS=1 rewrites it)", () => {
    const text = `${JSON.stringify(platformSchema(), undefined, 2)}\n`;
    if (process.env.UPDATE_GOLDENS === "1") writeFileSync(file, text);
    assert.equal(readFileSync(file, "utf8"), text);
  });

  it("has a schema for every setting, which refuses null", () => {
    for (const { path, schema } of declarations) {
      assert.ok(Object.keys(schema).length > 0, path);
      assert.equal(new Ajv2020({ strict: false }).compile(schema)(null), false, path);
    }
  });

  for (const path of samplePaths) {
    it(`accepts ${path} in canonical form, as the reader does`, () => {
      const needs = declarationFor(path)?.declaration.needs;
      const companion = needs ? { [needs.path]: needs.value } : {};
      const given = { global: nested({ [path]: sampleValue(path, 1), ...companion }) };
      assert.ok(validate(given), JSON.stringify(validate.errors));
      assert.ok(reads(JSON.stringify(given)));
    });
  }

  for (const [name, text] of Object.entries(good)) {
    it(`accepts ${name}, as the reader does`, () => {
      assert.ok(validate(parse(text)), JSON.stringify(validate.errors));
      assert.ok(reads(text));
    });
  }

  for (const [name, text] of Object.entries(bad)) {
    it(`refuses ${name}, as the reader does`, () => {
      assert.equal(validate(parse(text)), false);
      assert.equal(reads(text), false);
    });
  }

  it("is named by the settings file, so that editors find it", () => {
    const first = readFileSync(join(__dirname, "../../settings.yaml"), "utf8").split("\n")[0];
    assert.equal(first, "# yaml-language-server: $schema=./provider/settings.schema.json");
  });
});
