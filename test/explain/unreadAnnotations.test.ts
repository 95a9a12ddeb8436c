import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { explainSidecar } from "../../provider/explain/explainSidecar";

const native = "sidecar.istio.io/nativeSidecar";
const variant = "sidecar.istio.io/proxyImageType";

describe("an annotation of a pod that sets what a setting sets", () => {
  const explained = (sidecar: string, annotations: Record<string, string>) =>
    explainSidecar(
      { metadata: { annotations }, spec: { containers: [] } },
      {
        namespace: "shop",
        layers: { shop: { owner: "acme/mesh/prod:shop", settings: { imageType: "debug" } } },
        config: `templates:\n  sidecar: "${sidecar}"\n`,
      },
    );
  const paths = (sidecar: string, annotations: Record<string, string>) =>
    explained(sidecar, annotations).settings.map(({ path, source }) => `${path} ${source}`);

  it("counts where the injector's template reads it", () => {
    assert.deepEqual(paths(`index .ObjectMeta.Annotations ${native}`, { [native]: "true" }), [
      "nativeSidecar pod",
      "imageType namespace",
    ]);
  });

  it("has no effect, and a warning, where the template of an older release does not", () => {
    assert.deepEqual(paths("", { [native]: "true" }), ["imageType namespace"]);
    assert.deepEqual(explained("", { [native]: "true" }).warnings, [
      `the pod's annotation ${native} has no effect: this Istio does not read it`,
    ]);
  });

  it("counts in any release if istiod reads it itself", () => {
    assert.deepEqual(paths("", { [variant]: "distroless" }), ["imageType pod"]);
    assert.deepEqual(explained("", { [variant]: "distroless" }).warnings, []);
  });
});
