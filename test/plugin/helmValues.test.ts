import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { type MeshSettings, SidecarMesh } from "pulumi-istio-sidecar";
import { helmValues } from "../../provider/plugin/helmValues";
import { recordedResources } from "../components/recordedResources";
import { template } from "../configMap/injectorText";

const settings: MeshSettings = {
  global: { terminationDrainDuration: "10s" },
  namespaces: { shop: { dnsProxy: true } },
};
const values = { pilot: { autoscaleMin: 2 }, meshConfig: { password: "p" } };

describe("the function helmValues", () => {
  const chart = mkdtempSync(join(tmpdir(), "sidecar-chart-"));
  before(() => {
    mkdirSync(join(chart, "files"));
    writeFileSync(join(chart, "files/injection-template.yaml"), template);
    writeFileSync(join(chart, "values.yaml"), "_internal_defaults_do_not_set: { global: { proxy: {} } }\n");
  });
  after(() => rmSync(chart, { recursive: true, force: true }));

  const given = (more: object = {}) => ({
    value: { stack: "acme/mesh/prod", mesh: "mesh", settings, chart, values, ...more },
    secrets: [],
  });
  const reasons = (more: object, secrets: (string | number)[][] = []) =>
    helmValues({ ...given(more), secrets }).failures?.map(({ property, reason }) => `${property}: ${reason}`);

  it("gives what SidecarMesh.helmValues gives in the stack that it is told", async () => {
    let expected: unknown;
    let stack = "";
    await recordedResources(() => {
      stack = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
      expected = SidecarMesh.helmValues("mesh", settings, values, { chart });
      return new SidecarMesh("other", {});
    });
    assert.ok(JSON.stringify(expected).includes(`${stack}:istio-sidecar:index:SidecarMesh/mesh-shop`));
    assert.deepEqual(helmValues(given({ stack })).outputs, { values: expected });
  });

  it("keeps the chart's secret values sealed", () => {
    const { outputs } = helmValues({ ...given(), secrets: [["values", "meshConfig", "password"]] });
    const { meshConfig, pilot } = (
      outputs as { values: { pilot: unknown; meshConfig: { password: { value?: unknown } } } }
    ).values;
    assert.deepEqual(pilot, values.pilot);
    const { value, ...marks } = meshConfig.password;
    assert.equal(value, "p");
    assert.equal(Object.keys(marks).length, 1);
  });

  it("refuses wrong arguments, all at once, with their paths", () => {
    const wrong = {
      stack: "prod",
      mesh: 3,
      chart: undefined,
      settings: { namespaces: { shop: { dnsProxi: true } } },
    };
    const said = reasons(wrong, [["settings", "global", "env", "TOKEN"]]) ?? [];
    assert.equal(said.length, 5, said.join("\n"));
    assert.match(said.join("\n"), /stack: expected organization\/project\/stack, got "prod"/);
    assert.match(said.join("\n"), /chart: expected text, got nothing/);
    assert.match(said.join("\n"), /namespaces\.shop\.dnsProxi: unknown key/);
    assert.match(said.join("\n"), /settings\.global\.env\.TOKEN: expected a plain value, got a secret/);
  });

  it("refuses a folder that is no chart", () => {
    assert.throws(() => helmValues(given({ chart: tmpdir() })), /not an istiod chart/);
  });
});
