import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

test("the agent is of the Istio that the control plane runs", () => {
  const [own, cluster] = ["go.mod", "../cluster/go.mod"].map(
    (file) => /istio\.io\/istio (v\S+)/.exec(readFileSync(join(__dirname, file), "utf8"))?.[1],
  );
  assert.ok(own);
  assert.equal(own, cluster);
});
