import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { PlatformDiff } from "../../provider/mesh/PlatformDiff";
import { diffText } from "../../provider/report/diffReport";

describe("a diff", () => {
  const injector = "istio-system/istio-sidecar-injector";
  const layer = (target: string, owner: string): PlatformDiff["elsewhere"][number] => ({
    injector,
    target,
    owner,
  });

  it("names what the file does not have once for each stack, without its components", () => {
    const diff: PlatformDiff = {
      server: "https://127.0.0.1",
      file: "settings.yaml",
      changes: [],
      restarts: [],
      rollout: { maxConcurrent: 3, strategy: "restart" },
      elsewhere: [
        layer("*", "acme/mesh/prod:mesh"),
        layer("cart", "acme/teams/prod:my:Team/cart"),
        layer("shop", "acme/mesh/prod:shop#2"),
      ],
      notes: [],
    };
    const unaffected = "and unaffected unless you run that stack with this file";
    assert.equal(
      diffText(diff),
      `note: ${injector} also has settings of all namespaces, shop, not in settings.yaml; owned by stack acme/mesh/prod, ${unaffected}\n` +
        `note: ${injector} also has settings of cart, not in settings.yaml; owned by stack acme/teams/prod, ${unaffected}\n` +
        "\nnothing to change\n",
    );
  });
});
