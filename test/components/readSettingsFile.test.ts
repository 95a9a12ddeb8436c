import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { RunError } from "@pulumi/pulumi";
import { readSettingsFile, SidecarMesh } from "pulumi-istio-sidecar";

describe("a settings file, for a mesh", () => {
  const folder = mkdtempSync(join(tmpdir(), "sidecar-settings-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const written = (text: string) => {
    const path = join(folder, "settings.yaml");
    writeFileSync(path, text);
    return path;
  };

  it("is what it says, as plain data, with anchors and merges resolved", () => {
    const path = written(
      "namespaces:\n  shop: &shop { dnsProxy: true }\n  cart: { <<: *shop, logLevel: info }\n",
    );
    assert.deepEqual(readSettingsFile(path), {
      namespaces: { shop: { dnsProxy: true }, cart: { dnsProxy: true, logLevel: "info" } },
    });
  });

  it("without a word sets nothing", () => assert.deepEqual(readSettingsFile(written("")), {}));

  it("is refused with line and column, by the name that people know it by", () => {
    assert.throws(() => readSettingsFile(written("global: { dnsProxi: true }\n"), "production.yaml"), {
      name: "SettingsFileError",
      message: /production\.yaml:1:11: global\.dnsProxi: unknown key/,
    });
  });

  it("is refused, missing or wrong, in a form that Pulumi prints without a stack trace", () => {
    const refused = (read: () => unknown) => {
      try {
        read();
        return assert.fail("not refused");
      } catch (error) {
        return error;
      }
    };
    const missing: unknown = refused(() => readSettingsFile(join(folder, "none.yaml"), "none.yaml"));
    assert.ok(missing instanceof RunError);
    assert.equal(missing.message, "none.yaml: there is no such file");
    assert.ok(RunError.isInstance(refused(() => readSettingsFile(written("global: 1\n")))));
    assert.ok(RunError.isInstance(refused(() => new SidecarMesh("mesh", { waves: [["shop"]] }))));
    const chart = { chart: join(folder, "no-chart") };
    assert.ok(RunError.isInstance(refused(() => SidecarMesh.helmValues("mesh", {}, {}, chart))));
  });
});
