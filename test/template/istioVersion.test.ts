import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compose, strip } from "../../provider/configMap/compose";
import { unknownRelease } from "../../provider/configMap/unknownRelease";
import { compareReleases, istioVersion, releaseOf } from "../../provider/template/istioVersion";
import { layers, config as newConfig } from "../configMap/injectorText";

/** What the template reads is no older than the oldest release, and no newer. */
const config = newConfig.replace("not .NativeSidecars", "true");

const valuesWith = (global: object) => JSON.stringify({ global: { proxy: {}, ...global } });

describe("the release of an injector", () => {
  const rows: [string, object, string | undefined][] = [
    ["is that of the tag", { tag: "1.24.6" }, "1.24"],
    ["is that of the tag with a variant", { tag: "1.31.0-distroless" }, "1.31"],
    ["is that of the tag with a v, as vendors write it", { tag: "v1.22.6.34-g1a2b3c" }, "1.22"],
    [
      "is that of the proxy's image first",
      { tag: "1.24.6", proxy: { image: "r.example/proxyv2:1.25.1@sha256:ab" } },
      "1.25",
    ],
    ["is unknown where YAML made a number of it", { tag: 1.2 }, undefined],
    ["is unknown without a tag", {}, undefined],
    ["is unknown with a moving tag", { tag: "latest" }, undefined],
    ["is unknown with a vendor's own version", { tag: "2.6.1" }, undefined],
    ["is unknown with a digest", { tag: "1a2b3c" }, undefined],
  ];
  for (const [edge, global, release] of rows) {
    it(edge, () => {
      const values = valuesWith(global);
      assert.equal(releaseOf(istioVersion({ values })), release);
      assert.equal(unknownRelease({ config, values }) === undefined, release !== undefined);
    });
  }

  it("says what was found where it is unknown", () => {
    assert.match(
      unknownRelease({ config, values: valuesWith({}) }) ?? "",
      /^expected a version .*, got no version\. Make sure/,
    );
    assert.match(
      unknownRelease({ config, values: valuesWith({ tag: "latest" }) }) ?? "",
      /got "latest"\. .* 1\.18 or newer$/,
    );
  });

  it("is not needed where the template has what old releases lack", () => {
    assert.equal(unknownRelease({ config: newConfig, values: valuesWith({ tag: "latest" }) }), undefined);
  });

  it("is compared by number", () => {
    assert.ok(compareReleases("1.9", "1.18") < 0);
    assert.equal(compareReleases("1.18", "1.18"), 0);
  });
});

describe("a release that is too old", () => {
  const old = { config, values: valuesWith({ tag: "1.17.8" }) };

  it("is refused by name", () => {
    assert.throws(() => compose(old, layers), {
      name: "InjectorRefusal",
      message: "data.values: expected Istio 1.18 or newer, got Istio 1.17.8. Upgrade Istio.",
    });
    assert.doesNotThrow(() => compose({ ...old, values: valuesWith({ tag: "1.18.0" }) }, layers));
  });

  it("gives its bytes back where it has settings of ours", () => {
    const { config: text } = compose({ config, values: valuesWith({}) }, layers);
    assert.deepEqual(strip({ ...old, config: text }), old);
    assert.deepEqual(compose({ ...old, config: text }, {}), old);
  });
});
