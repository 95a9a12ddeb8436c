import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type ApiCall, ApiError, type KubernetesApi } from "../../provider/cluster/KubernetesApi";
import { InjectorRefusal } from "../../provider/data/InjectorRefusal";
import { readInjector, writeInjector } from "../../provider/injector/Injector";
import { NoInjector } from "../../provider/injector/NoInjector";
import { data } from "../configMap/injectorText";

const istio = { namespace: "istio-system" };

/** A server with one ConfigMap, and a status for every other name. */
function serverWith(name: string, content: Record<string, string>, otherwise = 404) {
  const calls: string[] = [];
  const api: KubernetesApi = {
    server: "https://server",
    async request<Result>(call: ApiCall): Promise<Result> {
      calls.push(`${call.method} ${call.path.split("/").at(-1)}`);
      if (call.path.endsWith(`/${name}`)) return { metadata: { name }, data: content } as Result;
      throw new ApiError(otherwise, "Reason", "no", call);
    },
  };
  return { api, calls };
}

describe("the injector's ConfigMap", () => {
  it("has the revision in its name, or none", async () => {
    const { api, calls } = serverWith("istio-sidecar-injector-canary", { ...data });
    await readInjector(api, { ...istio, revision: "canary" });
    assert.deepEqual(calls, ["GET istio-sidecar-injector-canary"]);
  });

  it("is found where it names the default revision, and written there", async () => {
    const { api, calls } = serverWith("istio-sidecar-injector-default", { ...data });
    const read = await readInjector(api, istio);
    await writeInjector(api, istio, read, data);
    assert.deepEqual(calls, [
      "GET istio-sidecar-injector",
      "GET istio-sidecar-injector-default",
      "PUT istio-sidecar-injector-default",
    ]);
  });

  it("that is missing is named in the error", async () => {
    await assert.rejects(readInjector(serverWith("other", {}).api, istio), (error: unknown) => {
      assert.ok(error instanceof NoInjector);
      assert.match(error.message, /^there is no ConfigMap istio-system\/istio-sidecar-injector/);
      return true;
    });
  });

  it("that may not be read is not taken for a missing one", async () => {
    await assert.rejects(readInjector(serverWith("other", {}, 403).api, istio), ApiError);
  });

  const refused: [string, Record<string, string>, RegExp][] = [
    [
      "without config",
      { values: data.values },
      /: data: expected config and values, .*, got no config\. Reinstall/,
    ],
    ["without both", {}, /got no config and no values\./],
    [
      "whose values can't be read",
      { ...data, values: "{" },
      /: data\.values, line 1, column \d+: expected YAML or JSON/,
    ],
    [
      "with data of a newer version",
      { ...data, values: '{"global":{"sidecarSettings":{"version":2}}}' },
      /: its layers were written by a newer pulumi-istio-sidecar/,
    ],
  ];
  for (const [edge, content, message] of refused) {
    it(`is refused by its name: ${edge}`, async () => {
      const { api } = serverWith("istio-sidecar-injector", content);
      await assert.rejects(readInjector(api, istio), (error: unknown) => {
        assert.ok(error instanceof InjectorRefusal);
        assert.match(error.message, /^ConfigMap istio-system\/istio-sidecar-injector: /);
        assert.match(error.message, message);
        return true;
      });
    });
  }
});
