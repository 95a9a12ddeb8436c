import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { unknownMarker } from "../../provider/data/unknown";
import { opened, sealed } from "../../provider/plugin/sealed";

const signature = "4dabf18193072939515e22adb298388d";
const secret = (value: unknown) => ({ [signature]: "1b47061264138c4ac30d75fd1eb44270", value });
const output = (rest: object) => ({
  [signature]: "d0e6a833031e9bbcd3f4e8bde6ca49a4",
  dependencies: [],
  ...rest,
});

describe("secrets on the wire", () => {
  const rows: [name: string, wire: unknown, plain: unknown][] = [
    ["nothing sealed", { a: 1, b: [true, null] }, { a: 1, b: [true, null] }],
    ["a value", { cluster: secret({ kubeconfig: "k" }) }, { cluster: { kubeconfig: "k" } }],
    ["a value below others", { cluster: { kubeconfig: secret("k") } }, { cluster: { kubeconfig: "k" } }],
    ["an item of a list", { a: [1, secret(2)] }, { a: [1, 2] }],
    ["a secret in a secret", { a: secret({ b: secret("c") }) }, { a: { b: "c" } }],
  ];
  for (const [name, wire, plain] of rows) {
    it(`${name}: opened, and sealed again at the same place`, () => {
      const { value, secrets } = opened(wire);
      assert.deepEqual(value, plain);
      const again = sealed(value, secrets);
      assert.deepEqual(opened(again).value, plain);
      // a secret in a secret needs one seal only
      if (!name.includes("in a secret")) assert.deepEqual(again, wire);
    });
  }

  it("an output is its value, a secret one sealed, and without a value unknown", () => {
    const wire = { a: output({ value: 1 }), b: output({ value: "s", secret: true }), c: output({}) };
    const { value, secrets } = opened(wire);
    assert.deepEqual(value, { a: 1, b: "s", c: unknownMarker });
    assert.deepEqual(sealed(value, secrets), { a: 1, b: secret("s"), c: unknownMarker });
  });

  it("leaves out what is undefined, at any depth, and seals nothing that is gone", () => {
    const { secrets } = opened({ gone: secret("x"), kept: secret("y") });
    assert.deepEqual(sealed({ kept: "y", gone: undefined, a: { b: undefined, c: 1 } }, secrets), {
      kept: secret("y"),
      a: { c: 1 },
    });
  });
});
