import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setsKey } from "../../provider/pod/podAnnotations";

const drain = "terminationDrainDuration";

describe("a pod's proxy.istio.io/config", () => {
  const said: [string, string][] = [
    ["as YAML", `${drain}: 5s`],
    ["as JSON", `{"${drain}":"5s"}`],
    ["in single quotes", `'${drain}' : 5s`],
    ["at any depth", `proxyMetadata:\n  ${drain}: "5s"`],
    ["on a later line", `concurrency: 2\n${drain}: 5s`],
    ["beside other keys in a flow map", `{concurrency: 2, ${drain}: 5s}`],
    [
      "behind a # that begins no comment",
      `{"tracing": {"zipkin": {"address": "http://zipkin/#a"}}, "${drain}": "5s"}`,
    ],
  ];
  for (const [edge, config] of said) {
    it(`says a key ${edge}`, () => {
      assert.equal(setsKey(config, drain), true);
    });
  }

  const unsaid: [string, string | undefined][] = [
    ["without the annotation", undefined],
    ["that is empty", ""],
    ["that says it in a comment", `# ${drain}: 5s`],
    ["that says it in a comment behind a value", `concurrency: 2 # ${drain}: 5s`],
    ["with a longer name", `x${drain}: 5s`],
    ["with a longer name behind it", `${drain}X: 5s`],
    ["that has the name as a value", `name: ${drain}`],
  ];
  for (const [edge, config] of unsaid) {
    it(`does not say a key ${edge}`, () => {
      assert.equal(setsKey(config, drain), false);
    });
  }
});
