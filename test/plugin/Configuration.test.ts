import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { session, useCluster } from "../../provider/cluster/session";
import { readConfiguration, withInjector } from "../../provider/plugin/Configuration";

describe("the provider's configuration", () => {
  it("is text; anything else is refused with its key", () => {
    const given = { context: "prod", injectorRevision: "canary", kubeconfig: "", version: "0.1.0" };
    assert.deepEqual(readConfiguration(given), { context: "prod", injectorRevision: "canary" });
    assert.throws(
      () => readConfiguration({ injectorRevision: 131 }),
      /^Error: istio-sidecar:injectorRevision: expected text, got 131\. Write it in quotes\.$/,
    );
  });

  it("selects the Istio where a component does not", () => {
    const configuration = { injectorNamespace: "mesh", injectorRevision: "canary" };
    assert.deepEqual(withInjector(undefined, configuration), { namespace: "mesh", revision: "canary" });
    assert.deepEqual(withInjector({ revision: "stable" }, configuration), {
      namespace: "mesh",
      revision: "stable",
    });
    assert.deepEqual(withInjector(undefined, {}), {});
  });
});

describe("the cluster of a plugin's resources", () => {
  let folder: string;
  const { KUBECONFIG } = process.env;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "sidecar-configuration-"));
  });
  after(() => {
    if (KUBECONFIG === undefined) delete process.env.KUBECONFIG;
    else process.env.KUBECONFIG = KUBECONFIG;
    useCluster({});
    rmSync(folder, { recursive: true, force: true });
  });
  const kubeconfig = (name: string, port: number) => {
    const file = join(folder, name);
    const cluster = `{ name: ${name}, cluster: { server: "http://127.0.0.1:${port}" } }`;
    const context = `{ name: ${name}, context: { cluster: ${name}, user: "" } }`;
    writeFileSync(
      file,
      `apiVersion: v1\nkind: Config\ncurrent-context: ${name}\nclusters: [${cluster}]\ncontexts: [${context}]\nusers: []\n`,
    );
    return file;
  };
  const server = async () => (await session.api(undefined)).server;

  it("is that of the last Configure", async () => {
    useCluster({ kubeconfig: kubeconfig("one", 1001) });
    assert.equal(await server(), "http://127.0.0.1:1001");
    useCluster({ kubeconfig: kubeconfig("other", 1002) });
    assert.equal(await server(), "http://127.0.0.1:1002");
  });

  it("is kubectl's default without configuration", async () => {
    process.env.KUBECONFIG = kubeconfig("kubectl", 1003);
    useCluster({});
    assert.equal(await server(), "http://127.0.0.1:1003");
    useCluster({ context: "nowhere" });
    await assert.rejects(server(), /no context "nowhere"; there are: kubectl/);
  });
});
