import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { explainSidecar } from "../../provider/explain/explainSidecar";
import type { Layers } from "../../provider/levels/Layer";
import { explainMarkdown, explainText } from "../../provider/report/explainReport";
import { sameAsGolden } from "../goldens/sameAsGolden";

const layers: Layers = {
  "*": { owner: "acme/mesh/prod:mesh", settings: { "proxyResources.limits.cpu": "1", logLevel: "info" } },
  shop: { owner: "acme/shop/prod:shop", settings: { "proxyResources.limits.cpu": "3", concurrency: "4" } },
  "shop/web": {
    owner: "acme/shop/prod:web",
    settings: { logLevel: "debug", "lifecycle.preStop": { sleep: { seconds: 5 } } },
    picks: { selector: [{ key: "app", operator: "In", values: ["web"] }], priority: 0 },
  },
};
const installed = { "proxyResources.limits.cpu": "2", "capture.includeInboundPorts": "*" };
const explain = (annotations: Record<string, string> = {}, labels: Record<string, string> = {}) => ({
  name: "shop/Deployment/web",
  explanation: explainSidecar(
    { metadata: { annotations, labels }, spec: { containers: [{ name: "app" }] } },
    { namespace: "shop", layers, installed },
  ),
});

describe("an explanation for people", () => {
  it("has a line for each setting: value, source with its owner, and what it replaced", () => {
    const explained = [explain({}, { app: "web" })];
    sameAsGolden(join(__dirname, "texts/explain.txt"), explainText(explained));
    sameAsGolden(join(__dirname, "texts/explain.md"), explainMarkdown(explained));
  });

  it("shows what a pod's own annotations override, and what they drop", () => {
    const text = explainText([
      explain({ "sidecar.istio.io/proxyMemory": "1Gi", "sidecar.istio.io/logLevel": "off" }),
    ]);
    assert.match(text, /^proxyResources\.limits\.cpu +not set +pod +the pod has a resource annotation/m);
    assert.match(text, /^proxyResources\.requests\.memory +1Gi +pod$/m);
    assert.match(text, /^logLevel +off +pod +info \(global\)$/m);
  });

  it("counts what is as Istio was installed, and shows it when asked", () => {
    const explained = [explain()];
    const short = explainText(explained);
    assert.match(short, /^1 more setting as Istio was installed: --all shows it$/m);
    assert.ok(!short.includes("includeInboundPorts"));
    const all = explainText(explained, { everything: true });
    assert.match(all, /^capture\.includeInboundPorts +\* +installed$/m);
    assert.ok(!all.includes("--all"));
  });

  it("says why a gateway has no settings", () => {
    assert.match(
      explainText([explain({ "inject.istio.io/templates": "gateway" })]),
      /gets the injector.s templates gateway/,
    );
  });

  it("is a table in Markdown, in which nothing of the cluster is markup", () => {
    const text = explainMarkdown([{ ...explain(), name: "shop/Deployment/<b>|@all" }]);
    assert.match(text, /^## shop\/Deployment\/&lt;b&gt;\\\|@\u2060all$/m);
    assert.match(text, /^\| `logLevel` \| `info` \| global \(acme\/mesh\/prod:mesh\) \| {2}\|$/m);
  });
});
