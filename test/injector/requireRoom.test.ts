import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { InjectorRefusal } from "../../provider/data/InjectorRefusal";
import { requireRoom } from "../../provider/injector/requireRoom";

const most = 1024 * 1024;
const texts = { config: "é".repeat(100), values: "{}" };
const injector = { namespace: "istio-system" };

function roomBeside(others: Record<string, string>, binaryData?: Record<string, string>): () => void {
  const metadata = { name: "istio-sidecar-injector" };
  const object = { metadata, data: { config: "x".repeat(most), values: "", ...others }, binaryData };
  return () => requireRoom({ metadata, data: { config: "", values: "" }, object }, texts, injector, 3);
}

describe("the room in the injector's ConfigMap", () => {
  const left = most - 202;
  const rows: [string, Record<string, string>, Record<string, string>?][] = [
    ["its other keys", { notes: "x".repeat(left) }],
    ["binary data, as bytes", {}, { image: Buffer.alloc(left).toString("base64") }],
    ["both", { notes: "x".repeat(left - 10) }, { image: Buffer.alloc(10).toString("base64") }],
  ];
  for (const [edge, others, binaryData] of rows)
    it(`is what is left by ${edge}`, () => {
      assert.doesNotThrow(roomBeside(others, binaryData));
      assert.throws(roomBeside({ ...others, more: "x" }, binaryData), (error: unknown) => {
        assert.ok(error instanceof InjectorRefusal);
        assert.equal(
          error.message,
          `istio-system/istio-sidecar-injector would have ${most + 1} bytes with these 3 layers, and a ConfigMap holds ${most}: ` +
            `200 are templates, 2 are values, ${left + 1} are other keys; give namespaces the same settings, which are stored once, or use fewer`,
        );
        return true;
      });
    });
});
