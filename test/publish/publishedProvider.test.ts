import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { UnreachableError } from "../../provider/cluster/KubernetesApi";
import { session } from "../../provider/cluster/session";
import { unknownMarker } from "../../provider/data/unknown";
import { Coordinators } from "../../provider/injector/Coordinators";
import { publishedProvider } from "../../provider/publish/publishedProvider";

const published = { settings: { dnsProxy: "true (namespace)" }, __text: "0123456789ab" };

function without(reason: Error) {
  const lines: string[] = [];
  const away = {
    ...session,
    api: () => Promise.reject(reason),
    report: (line: string) => void lines.push(line),
  };
  const provider = publishedProvider(new Coordinators(away));
  return { provider, lines };
}

describe("a preview of what is published", () => {
  it("without a cluster shows no change, and says what it could not look up", async () => {
    const { provider, lines } = without(new UnreachableError("nobody there"));
    const news = { namespace: "shop" };
    const { inputs } = await provider.check(published, news);
    assert.deepEqual(inputs, { ...news, ...published });
    assert.equal((await provider.diff("id", { ...news, ...published }, inputs)).changes, false);
    assert.deepEqual(lines, ["could not look up the settings to publish: nobody there"]);
  });

  it("of an unknown namespace asks no cluster", async () => {
    for (const news of [{ namespace: unknownMarker }, { namespace: "shop", cluster: unknownMarker }]) {
      const { provider, lines } = without(new Error("asked"));
      const { inputs } = await provider.check({}, news);
      assert.deepEqual(inputs, { ...news, settings: {} });
      assert.equal((await provider.diff("id", { namespace: "shop" }, inputs)).changes, true);
      assert.deepEqual(lines, []);
    }
  });

  it("hides no error but that of an unreachable cluster", async () => {
    await assert.rejects(
      without(new Error("a defect")).provider.check({}, { namespace: "shop" }),
      /a defect/,
    );
  });

  it("of another namespace is a replacement", async () => {
    const { provider } = without(new Error("asked"));
    const moved = await provider.diff(
      "id",
      { namespace: "shop", ...published },
      { namespace: "cart", ...published },
    );
    assert.deepEqual(moved, { changes: true, replaces: ["namespace"] });
  });
});
