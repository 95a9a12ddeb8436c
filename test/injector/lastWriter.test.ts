import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { lastWriter } from "../../provider/injector/Injector";

const texts = { "f:data": { "f:config": {}, "f:values": {} } };
const wrote = (manager: string, time: string, fieldsV1: unknown) => ({ manager, time, fieldsV1 });
const writerOf = (...managedFields: ReturnType<typeof wrote>[]) =>
  lastWriter({ metadata: { name: "a", managedFields }, data: { config: "", values: "" }, object: {} });

describe("who wrote the injector's texts last", () => {
  it("ignores who only set a label", () => {
    const label = wrote("kubectl-label", "2026-02-01", { "f:metadata": { "f:labels": {} } });
    assert.equal(writerOf(wrote("helm", "2026-01-01", texts), label), "helm");
  });

  it("is the most recent writer of either text", () => {
    const config = wrote("istioctl", "2026-03-01", { "f:data": { "f:config": {} } });
    assert.equal(writerOf(wrote("helm", "2026-01-01", texts), config), "istioctl");
  });
});
