import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compose } from "../../provider/configMap/compose";
import { diagnose } from "../../provider/mesh/diagnose";
import { config, values } from "../configMap/injectorText";
import { apiOf } from "./apiOf";

const findings = async (data: object, pods: object[] = [], webhooks: object[] = []) => {
  const injector = { metadata: { name: "istio-sidecar-injector" }, data };
  const api = apiOf({
    "/version": { gitVersion: "v1.36.0" },
    "/api/v1/namespaces/istio-system/configmaps": { items: [injector] },
    "/api/v1/namespaces/istio-system/configmaps/istio-sidecar-injector": injector,
    "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations": { items: webhooks },
    "/apis/apps/v1/namespaces/istio-system/deployments": { items: [] },
    "/api/v1/pods": { items: pods },
    "/api/v1/namespaces/shop/pods": { items: pods },
    "/api/v1/namespaces/istio-system/pods": { items: [] },
    "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews": { status: { allowed: true } },
  });
  return diagnose(api, { injectorNamespace: "istio-system" });
};
const settingsFinding = async (data: object, pods?: object[]) =>
  (await findings(data, pods)).find(({ check }) => check === "settings");

describe("doctor, on the webhook", () => {
  const service = { name: "istiod", namespace: "istio-system" };
  const rows: [edge: string, clientConfig: object, is: string][] = [
    ["with a certificate", { service, caBundle: "Y2E=" }, "ok"],
    ["of an istiod that has not written one yet", { service }, "problem"],
    ["of an istiod elsewhere that everybody trusts", { url: "https://istiod.example.com/inject" }, "ok"],
  ];
  for (const [edge, clientConfig, is] of rows) {
    it(`${edge}: ${is}`, async () => {
      const webhook = { metadata: { name: "istio-sidecar-injector" }, webhooks: [{ clientConfig }] };
      const found = await findings({ config, values }, [], [webhook]);
      assert.equal(found.find(({ check }) => check === "webhook")?.is, is);
    });
  }
});

describe("doctor, on an injector that somebody else wrote", () => {
  const layers = { shop: { owner: "acme/mesh/prod:shop", settings: { dnsProxy: true } } };

  it("counts one layer, and one pod, as people do", async () => {
    const written = compose({ config, values }, layers);
    const changed = { ...written, config: written.config.replace("Written by", "Once written by") };
    assert.match(
      (await settingsFinding(changed))?.says ?? "",
      / has 1 layer, and its templates are not those/,
    );
    const annotations = {
      "sidecar.istio.io/status": JSON.stringify({ revision: "default" }),
      "sidecar-settings/stamp": "0123456789ab",
    };
    const pod = { metadata: { name: "api", namespace: "shop", annotations } };
    assert.match(
      (await settingsFinding({ config, values }, [pod]))?.says ?? "",
      / has none, but 1 pod runs with some: someone else rewrote it$/,
    );
  });
});

describe("doctor, on an injector without layers", () => {
  it("says that it can take some", async () => {
    const found = await settingsFinding({ config, values });
    assert.deepEqual(
      [found?.is, found?.says.replace(/^\S+ /, "")],
      ["ok", "has none yet, and can take some"],
    );
  });

  it("says what up would refuse", async () => {
    const found = await settingsFinding({ config: config.replace("sidecar: |", "gateway: |"), values });
    assert.equal(found?.is, "problem");
    assert.match(found?.says ?? "", /sidecar/);
    assert.deepEqual([found?.details, found?.todo], [["someone else wrote it last"], undefined]);
  });
});
