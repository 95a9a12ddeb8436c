import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { connect } from "../../provider/cluster/connect";
import { dryRunPod } from "../../provider/cluster/dryRunPod";
import type { KubernetesApi } from "../../provider/cluster/KubernetesApi";
import { compose } from "../../provider/configMap/compose";
import { previewData, previewStamp } from "../../provider/configMap/previewData";
import type { Layers } from "../../provider/levels/Layer";
import { previewAnnotation, stampAnnotation } from "../../provider/pod/podAnnotations";
import { isOverridden } from "../../provider/pod/readOverrides";
import { type CanonicalSettings, settingEntries } from "../../provider/settings/canonicalSettings";
import { parseSettings } from "../../provider/settings/parseSettings";
import type { SidecarSettings } from "../../provider/settings/SidecarSettings";
import { type Cluster, kindsOfCluster, sidecarKinds, startCluster } from "../cluster/cluster";
import { createLawsNamespace, Injection } from "./injection";
import { type IstioPod, istioPods } from "./istioPods";
import { everything, otherwise } from "./lawSettings";
import { ofRelease } from "./ofRelease";

const plain: IstioPod = {
  name: "plain",
  template: {
    metadata: { labels: { app: "web" } },
    spec: {
      containers: [{ name: "app", image: "app:1", resources: { requests: { cpu: "200m", memory: "1Gi" } } }],
    },
  },
};

/** What the release of Istio at hand has of the laws' settings. */
interface Given {
  everything: CanonicalSettings;
  otherwise: CanonicalSettings;
}

/** A namespace with planned settings, and the pods that are asked about there. */
interface Case {
  namespace: string;
  what: string;
  layers: Layers;
  pods: readonly IstioPod[];
}

for (const { name: kind, options } of kindsOfCluster(sidecarKinds)) {
  describe(`what was asked is what pods then get, ${kind}`, () => {
    let cluster: Cluster;
    let api: KubernetesApi;
    let injection: Injection;
    let given: Given;
    let cases: Case[];
    let unwritten: Map<string, Map<string, string>>;
    let asked: Map<string, Map<string, string>>;

    before(async () => {
      cluster = await startCluster(options);
      injection = await Injection.open(cluster.kubeconfig, []);
      api = await connect({ kubeconfig: cluster.kubeconfig });
      given = {
        everything: ofRelease(parsed(everything), injection.release),
        otherwise: ofRelease(parsed(otherwise), injection.release),
      };
      cases = casesOf(await istioPods(), given);
      for (const { namespace } of cases) await createLawsNamespace(api, namespace);
      // the template is there, and nothing that reaches these namespaces but what is to be replaced in the last one
      const others: Layers = { elsewhere: layer({ dnsProxy: true }), replaced: layer(given.otherwise) };
      await injection.inject(compose(injection.installed, others), "plain", []);
      unwritten = await answers(cases, (pod) => pod);
      asked = await answers(cases, (pod, { layers, namespace }) => withPreview(pod, layers, namespace));
    });
    after(() => cluster?.stop());

    const answers = async (
      of: readonly Case[],
      pod: (given: IstioPod, of: Case) => IstioPod,
    ): Promise<Map<string, Map<string, string>>> => {
      const found = new Map<string, Map<string, string>>();
      for (const one of of)
        found.set(
          one.namespace,
          await injection.ask(
            one.namespace,
            one.pods.map((given) => pod(given, one)),
          ),
        );
      return found;
    };

    test("a dry run with planned data is marked as one in its answer", async () => {
      for (const [namespace, layers] of [
        ["all", all("all", given)],
        ["plain", {}],
      ] as const) {
        const { template } = withPreview(plain, layers, namespace);
        const pod = await dryRunPod(api, namespace, template);
        assert.equal(
          pod.metadata.annotations?.[stampAnnotation],
          previewStamp(layers, namespace, template.metadata?.labels),
        );
      }
      const pod = await dryRunPod(api, "plain", plain.template);
      assert.equal(pod.metadata.annotations?.[stampAnnotation], undefined);
    });

    test("malformed data, or data that would keep istiod busy, is ignored", async () => {
      const { template } = plain;
      const preview = (text: string, others = {}) => ({
        name: "plain",
        template: {
          ...template,
          metadata: { ...template.metadata, annotations: { ...others, [previewAnnotation]: text } },
        },
      });
      const limits = { at: "global/proxy/resources/limits", is: { cpu: "3" } };
      const write = (change: object, count = 1) =>
        JSON.stringify({ profiles: { "*": { writes: Array(count).fill({ ...limits, ...change }) } } });
      const layers = (count: number) =>
        JSON.stringify({
          profiles: { p: { writes: [limits] } },
          workloads: { plain: Array(count).fill({ selector: [], profile: "p" }) },
        });
      const answer = async (pod: IstioPod) => (await injection.ask("plain", [pod])).get("plain");
      const before = unwritten.get("plain")?.get("plain");
      for (const text of ["", "{", "[]", '"{}"', "5", "null"])
        assert.equal(await answer(preview(text)), before, text);
      const config = (length: number) => ({
        "proxy.istio.io/config": `concurrency: 2 #${"x".repeat(length)}`,
      });
      const bounded: [string, IstioPod, IstioPod][] = [
        ["writes", preview(write({}, 128)), preview(write({}, 129))],
        ["at", preview(write({})), preview(write({ at: `${"a/".repeat(70)}limits` }))],
        ["own", preview(write({ own: "a|b" })), preview(write({ own: "a{1000}" }))],
        ["own's length", preview(write({ own: "a".repeat(256) })), preview(write({ own: "a".repeat(257) }))],
        [
          "always",
          preview(write({ at: "always", is: { excludeInboundPorts: "1".repeat(4) } })),
          preview(write({ at: "always", is: { excludeInboundPorts: "1,".repeat(1025) } })),
        ],
        ["workloads", preview(layers(8)), preview(layers(9))],
        [
          "bytes",
          preview(write({ is: { cpu: "3" } })),
          preview(write({ is: { cpu: "3", a: "x".repeat(32768) } })),
        ],
        ["config", preview(write({}), config(10)), preview(write({}), config(16384))],
      ];
      for (const [edge, inside, outside] of bounded) {
        assert.notEqual(await answer(inside), before, `${edge}: taken`);
        if (edge === "config") assert.doesNotMatch((await answer(outside)) ?? "", /"cpu":"3"/);
        else assert.equal(await answer(outside), before, `${edge}: not taken`);
      }
    });

    test("for every setting, and for all of them on every pod of Istio's own tests", async () => {
      const layers = Object.assign({}, ...cases.map((one) => one.layers));
      await injection.inject(compose(injection.installed, layers), "plain", []);
      const came = await answers(cases, (pod) => pod);
      const wrong = cases.flatMap(({ namespace, what }) =>
        [...(came.get(namespace) ?? [])].flatMap(([pod, answer]) =>
          asked.get(namespace)?.get(pod) === answer ? [] : [`${what}: ${pod}`],
        ),
      );
      assert.deepEqual(wrong, []);
      // an injector that reads no annotation would have answered as before
      const telling = cases.filter(
        ({ namespace }) => asked.get(namespace)?.get("plain") !== unwritten.get(namespace)?.get("plain"),
      );
      const silent = cases.filter((one) => !telling.includes(one)).map(({ what }) => what);
      assert.ok(silent.length <= 6, silent.join(", "));
    });

    test("for global settings, asked about in a namespace that has none of its own", async () => {
      const global: Layers = { "*": layer(given.everything) };
      const pods = [...(await istioPods()).slice(0, 20), plain];
      await injection.inject(
        compose(injection.installed, { elsewhere: layer({ dnsProxy: true }) }),
        "plain",
        [],
      );
      const asked = await injection.ask(
        "plain",
        pods.map((pod) => withPreview(pod, global, "plain")),
      );
      const before = await injection.ask("plain", pods);
      await injection.inject(compose(injection.installed, global), "plain", []);
      const came = await injection.ask("plain", pods);
      assert.deepEqual(asked, came);
      assert.notEqual(asked.get("plain"), before.get("plain"));
    });
  });
}

function casesOf(pods: readonly IstioPod[], given: Given): Case[] {
  const single = settingEntries(given.everything).map(({ path, value, declaration, name }, at): Case => {
    const namespace = `case-${at}`;
    const saying = pods.filter(({ template }) => isOverridden(declaration, name, template));
    return {
      namespace,
      what: path,
      layers: { [namespace]: layer({ [path]: value }) },
      pods: [...saying.slice(0, 5), plain],
    };
  });
  return [
    ...single,
    { namespace: "plain", what: "nothing", layers: {}, pods: [...pods.slice(0, 5), plain] },
    { namespace: "all", what: "everything", layers: all("all", given), pods: [...pods, plain] },
    {
      namespace: "replaced",
      what: "everything in place of other settings",
      layers: { replaced: layer(given.everything) },
      pods: [...pods, plain],
    },
  ];
}

/** All levels that one namespace can have; the global one would reach the other cases. */
function all(namespace: string, { everything, otherwise }: Given): Layers {
  return {
    [namespace]: layer(otherwise),
    [`${namespace}/web`]: {
      ...layer(everything),
      picks: { selector: [{ key: "app", operator: "Exists" }], priority: 0 },
    },
  };
}

function layer(settings: CanonicalSettings): { owner: string; settings: CanonicalSettings } {
  return { owner: "test", settings };
}

function withPreview({ name, template }: IstioPod, layers: Layers, namespace: string): IstioPod {
  const annotations = previewData(layers, namespace, template.metadata?.annotations);
  assert.ok(annotations);
  return { name, template: { ...template, metadata: { ...template.metadata, annotations } } };
}

function parsed(given: SidecarSettings): CanonicalSettings {
  const read = parseSettings(given);
  assert.deepEqual(read.problems, []);
  return read.value;
}
