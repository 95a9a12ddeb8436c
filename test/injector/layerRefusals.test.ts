import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type ApiCall, ApiError, type KubernetesApi } from "../../provider/cluster/KubernetesApi";
import { session } from "../../provider/cluster/session";
import { compose } from "../../provider/configMap/compose";
import { unknownMarker } from "../../provider/data/unknown";
import { Coordinators } from "../../provider/injector/Coordinators";
import { layerProvider } from "../../provider/injector/layerProvider";
import { config, data } from "../configMap/injectorText";

/** What a preview says of a layer for this injector, and the calls that it made. */
async function checked(content: Record<string, string>, settings: object, fields: object = {}) {
  const calls: string[] = [];
  const api: KubernetesApi = {
    server: `https://${Math.random()}`,
    async request<Answer>(call: ApiCall): Promise<Answer> {
      calls.push(call.method);
      if (call.path.endsWith("/configmaps/istio-sidecar-injector"))
        return { metadata: { name: "istio-sidecar-injector" }, data: content, ...fields } as Answer;
      throw new ApiError(404, "NotFound", "no", call);
    },
  };
  const own = { ...session, api: async () => api, report: () => {} };
  const provider = layerProvider(new Coordinators(own), async () => {});
  const news = {
    namespace: "shop",
    injector: {},
    owner: "o/p/s:shop",
    rollout: {},
    injectorTimeout: "1s",
    ...settings,
  };
  const { failures = [] } = await provider.check({}, news);
  return { reasons: failures.map(({ reason }) => reason), calls };
}

describe("a preview refuses what up would refuse", () => {
  const cpu = { proxyResources: { limits: { cpu: 1 } } };
  const rows: [string, Record<string, string>, object, RegExp][] = [
    ["no templates", { ...data, config: "policy: enabled\n" }, cpu, /templates: expected a map/],
    [
      "an old single template",
      { ...data, config: "template: x\n" },
      cpu,
      /as in Istio before 1\.10\. Upgrade Istio\./,
    ],
    [
      "no sidecar template",
      { ...data, config: "templates: {gateway: x}\n" },
      cpu,
      /got no such template\. Reinstall/,
    ],
    ["no global", { ...data, values: "{}" }, cpu, /data\.values, global: expected a map .*, got nothing\./],
    [
      "broken config",
      { ...data, config: "templates: {" },
      cpu,
      /data\.config, line 1, column 13: expected YAML or JSON/,
    ],
    [
      "broken values",
      { ...data, values: "{" },
      cpu,
      /data\.values, line 1, column \d+: expected YAML or JSON/,
    ],
    [
      "other default templates",
      { ...data, config: `${config}defaultTemplates: [mine]\n` },
      cpu,
      /got mine, .* Add "sidecar"/,
    ],
    [
      "a template that reads values by a variable",
      { ...data, config: config.replace("metadata:\n", "{{ $v := .Values }}\n    metadata:\n") },
      cpu,
      /got \{\{ \$v := \.Values \}\}\. Write/,
    ],
    ["no values", { config }, cpu, /data: expected config and values, .* got no values\./],
    [
      "an old release",
      { ...data, values: '{"global":{"tag":"1.17.1"}}' },
      cpu,
      /expected Istio 1\.18 or newer, got Istio 1\.17\.1/,
    ],
    [
      "a template without the setting",
      data as unknown as Record<string, string>,
      { enableCoreDump: true },
      /Remove enableCoreDump/,
    ],
  ];
  for (const [edge, content, settings, message] of rows) {
    it(`${edge}, with the ConfigMap's name, and writes nothing`, async () => {
      const { reasons, calls } = await checked(content, settings);
      assert.equal(reasons.length, 1);
      assert.match(reasons[0] ?? "", /^ConfigMap istio-system\/istio-sidecar-injector: /);
      assert.match(reasons[0] ?? "", message);
      assert.deepEqual(new Set(calls), new Set(["GET"]));
    });
  }

  it("an immutable ConfigMap, unless it has the layer already", async () => {
    const immutable = { immutable: true };
    const { reasons } = await checked({ ...data }, cpu, immutable);
    assert.deepEqual(reasons.length, 1);
    assert.match(
      reasons[0] ?? "",
      /^ConfigMap istio-system\/istio-sidecar-injector: immutable: expected a ConfigMap that can be changed, got immutable: true, .* Delete it/,
    );
    const settings = { "proxyResources.limits.cpu": "1" };
    const written = compose(data, { shop: { owner: "o/p/s:shop", settings } });
    assert.deepEqual((await checked({ ...written }, cpu, immutable)).reasons, []);
  });

  it("a tag in place of a revision, and not a revision that the program may install", async () => {
    const configMaps = [{ metadata: { name: "istio-sidecar-injector-canary" } }];
    const tag = { "istio.io/tag": "prod-stable", "istio.io/rev": "canary" };
    const webhooks = [{ metadata: { name: "istio-revision-tag-prod-stable", labels: tag } }];
    const api: KubernetesApi = {
      server: "https://tags",
      async request<Answer>(call: ApiCall): Promise<Answer> {
        if (call.path.endsWith("/configmaps")) return { items: configMaps } as Answer;
        if (call.path.endsWith("/mutatingwebhookconfigurations")) return { items: webhooks } as Answer;
        throw new ApiError(404, "NotFound", "no", call);
      },
    };
    const provider = layerProvider(
      new Coordinators({ ...session, api: async () => api, report: () => {} }),
      async () => {},
    );
    const reasons = async (revision: string) => {
      const news = { ...cpu, namespace: "shop", injector: { revision }, owner: "o/p/s:shop", rollout: {} };
      const { failures = [] } = await provider.check({}, { ...news, injectorTimeout: "1s" });
      return failures.map(({ reason }) => reason);
    };
    assert.deepEqual(await reasons("prod-stable"), [
      "prod-stable is a tag of revision canary. Name the revision: canary.",
    ]);
    assert.deepEqual(await reasons("next"), []);
  });

  it("not two layers whose namespaces or clusters only up knows", async () => {
    const api: KubernetesApi = {
      server: "https://unknown",
      request: (call) => Promise.reject(new ApiError(404, "NotFound", "no", call)),
    };
    for (const unknown of [
      { namespace: unknownMarker },
      { namespace: "shop", workload: unknownMarker, selector: { matchLabels: { app: "api" } } },
      { namespace: "shop", cluster: { kubeconfig: unknownMarker } },
      { namespace: "shop", injector: { revision: unknownMarker } },
    ]) {
      const provider = layerProvider(
        new Coordinators({ ...session, api: async () => api, report: () => {} }),
        async () => {},
      );
      for (const owner of ["o/p/s:eu", "o/p/s:us"]) {
        const { failures = [] } = await provider.check({}, { ...cpu, owner, ...unknown });
        assert.deepEqual(failures, [], JSON.stringify(unknown));
      }
    }
  });

  it("and nothing else", async () => {
    for (const text of [config, `\ufeff${config}`, `${config}aliases:\n`])
      assert.deepEqual((await checked({ ...data, config: text }, cpu)).reasons, []);
  });
});
