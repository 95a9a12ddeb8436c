import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ApiCall, KubernetesApi } from "../../provider/cluster/KubernetesApi";
import { cachedInjector, invalidateInjector } from "../../provider/injector/cachedInjector";

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
  const version = async (now: number, injector: { namespace: string; revision?: string } = istio) =>
    (await cachedInjector(api, injector, now)).metadata.resourceVersion;
  return { api, asked, version };
}

describe("the injector as it was a moment ago", () => {
  it("is read once for many looks", async () => {
    const { asked, version } = versions("1", "2");
    assert.deepEqual(await Promise.all([version(0), version(1), version(999)]), ["1", "1", "1"]);
    assert.equal(asked.length, 1);
  });

  it("is read again after a second", async () => {
    const { version } = versions("1", "2");
    assert.deepEqual([await version(0), await version(1000)], ["1", "2"]);
  });

  it("is read again after a second, whatever the wall clock is set to", async (context) => {
    const { api } = versions("1", "2");
    let passed = 0;
    context.mock.method(performance, "now", () => passed);
    context.mock.method(Date, "now", () => -passed);
    const version = async () => (await cachedInjector(api, istio)).metadata.resourceVersion;
    assert.equal(await version(), "1");
    passed = 1000;
    assert.equal(await version(), "2");
  });

  it("is read again after a write of ours", async () => {
    const { api, version } = versions("1", "2");
    assert.equal(await version(0), "1");
    invalidateInjector(api, istio);
    assert.equal(await version(0), "2");
  });

  it("is asked for again where there was no answer", async () => {
    const { version } = versions(undefined, "2");
    await assert.rejects(version(0), /no answer/);
    assert.equal(await version(0), "2");
  });

  it("is another one for another revision", async () => {
    const { version } = versions("1", "2");
    assert.equal(await version(0), "1");
    assert.equal(await version(0, { ...istio, revision: "canary" }), "2");
  });
});
