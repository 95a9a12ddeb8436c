import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ApiCall, KubernetesApi } from "../../provider/cluster/KubernetesApi";
import { CachedInjector } from "../../provider/injector/CachedInjector";

const istio = { namespace: "istio-system" };

/** Answers with one version of the ConfigMap after another; `undefined` is no answer. */
function versions(...all: (string | undefined)[]) {
  const asked: string[] = [];
  const api: KubernetesApi = {
    server: "https://server",
    async request<Answer>({ path }: ApiCall) {
      asked.push(path);
      const resourceVersion = all.shift();
      if (resourceVersion === undefined) throw new Error("no answer");
      return { metadata: { resourceVersion }, data: { config: "", values: "{}" } } as Answer;
    },
  };
  let now = 0;
  const cached = new CachedInjector(istio, () => now);
  const version = async (at: number, by: KubernetesApi = api) => {
    now = at;
    return (await cached.read(by)).metadata.resourceVersion;
  };
  return { api, asked, version, cached };
}

describe("the cached injector", () => {
  it("is read once for many lookups", async () => {
    const { asked, version } = versions("1", "2");
    assert.deepEqual(await Promise.all([version(0), version(1), version(999)]), ["1", "1", "1"]);
    assert.equal(asked.length, 1);
  });

  it("is read again after a second", async () => {
    const { version } = versions("1", "2");
    assert.deepEqual([await version(0), await version(1000)], ["1", "2"]);
  });

  it("is read again after a write of ours", async () => {
    const { version, cached } = versions("1", "2");
    assert.equal(await version(0), "1");
    cached.invalidate();
    assert.equal(await version(0), "2");
  });

  it("is read again after a failed read", async () => {
    const { version } = versions(undefined, "2");
    await assert.rejects(version(0), /no answer/);
    assert.equal(await version(0), "2");
  });

  it("is cached per connection, since rights differ", async () => {
    const { version } = versions("1");
    const denied = versions(undefined);
    assert.equal(await version(0), "1");
    await assert.rejects(version(0, denied.api), /no answer/);
  });
});
