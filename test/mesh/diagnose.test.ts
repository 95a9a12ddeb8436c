import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { diagnose } from "../../provider/mesh/diagnose";
import { config, values } from "../configMap/injectorText";
import { apiOf } from "./apiOf";

const settingsFinding = async (data: object) => {
  const injector = { metadata: { name: "istio-sidecar-injector" }, data };
  const api = apiOf({
    "/version": { gitVersion: "v1.36.0" },
    "/api/v1/namespaces/istio-system/configmaps": { items: [injector] },
    "/api/v1/namespaces/istio-system/configmaps/istio-sidecar-injector": injector,
    "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations": { items: [] },
    "/apis/apps/v1/namespaces/istio-system/deployments": { items: [] },
    "/api/v1/pods": { items: [] },
    "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews": { status: { allowed: true } },
  });
  const findings = await diagnose(api, { injectorNamespace: "istio-system" });
  return findings.find(({ check }) => check === "settings");
};

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
  });
});
