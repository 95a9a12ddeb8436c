import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import * as fc from "fast-check";
import { connect } from "../../provider/cluster/connect";
import { dryRunPod } from "../../provider/cluster/dryRunPod";
import type { KubernetesApi } from "../../provider/cluster/KubernetesApi";
import {
  allContainers,
  type Container,
  type Pod,
  type PodTemplate,
} from "../../provider/cluster/podTemplate";
import { compose, strip } from "../../provider/configMap/compose";
import { stampsIn } from "../../provider/configMap/stampsIn";
import { type Problem, problemText } from "../../provider/data/problem";
import { isUnknown } from "../../provider/data/unknown";
import { readInjector, writeInjector } from "../../provider/injector/Injector";
import type { Layers } from "../../provider/levels/Layer";
import { stampAnnotation } from "../../provider/pod/podAnnotations";
import { podTemplateWithSettings } from "../../provider/pod/podTemplateWithSettings";
import { parseSettings } from "../../provider/settings/parseSettings";
import type { SidecarSettings } from "../../provider/settings/SidecarSettings";
import { type Cluster, startCluster } from "../cluster/cluster";
import { createNamespace } from "../laws/injection";
import { hostileText, nastyTexts } from "./arbitraries";

const seed = Number(process.env.SIDECAR_SEED ?? 20261123);
const times = Number(process.env.SIDECAR_RUNS ?? 1);
const injector = { namespace: "istio-system" };

/** All text that a variable can hold; the longest would not fit into one ConfigMap, often. */
const texts = [...new Set([...nastyTexts, ...fc.sample(hostileText, { seed, numRuns: 60 * times })])].filter(
  (text) =>
    text.length < 1_000 && !isUnknown(text) && parseSettings({ env: { A: text } }).problems.length === 0,
);

/** Every setting that takes text as it is, with this one, where the setting takes an empty one; hooks take less, and say so. */
function settingsOf(text: string): SidecarSettings {
  const filled = text === "" ? "x" : text;
  const hooks: SidecarSettings = {
    lifecycle: {
      preStop: { exec: { command: ["sh", "-c", filled] } },
      postStart: {
        httpGet: { path: `/${text}`, port: 80, httpHeaders: [{ name: "x-hostile", value: text }] },
      },
    },
  };
  return {
    env: { HOSTILE: text },
    runtimeValues: { value: text },
    statsMatcher: { inclusionPrefixes: [filled], inclusionSuffixes: [...new Set(["a", filled])] },
    extraStatTags: [filled],
    tracing: {
      customTags: {
        literal: { literal: { value: filled } },
        header: { header: { name: filled, defaultValue: filled } },
        environment: { environment: { name: filled, defaultValue: filled } },
      },
    },
    ...(parseSettings(hooks).problems.length === 0 ? hooks : {}),
  };
}

/** What a pod shows of them, in the shape of the settings. */
function shownBy(pod: Pod, wanted: SidecarSettings): unknown {
  const containers = new Map(allContainers(pod.spec).map((one) => [one.name, one]));
  const proxy = containers.get("istio-proxy");
  const own = variable(proxy, "PROXY_CONFIG");
  const config = JSON.parse(own ?? "{}") as Record<string, Record<string, unknown>>;
  const value = variable(proxy, "HOSTILE");
  assert.equal(variable(containers.get("istio-init"), "HOSTILE"), value);
  assert.equal(config.proxyMetadata?.HOSTILE, value);
  const { postStart, preStop } = (proxy?.lifecycle ?? {}) as Record<
    string,
    { httpGet?: { scheme?: string } }
  >;
  // the API server fills it in
  delete postStart?.httpGet?.scheme;
  return {
    ...(wanted.env ? { env: { HOSTILE: value } } : {}),
    runtimeValues: config.runtimeValues,
    statsMatcher: config.proxyStatsMatcher,
    extraStatTags: config.extraStatTags,
    tracing: { customTags: config.tracing?.customTags },
    ...(wanted.lifecycle ? { lifecycle: { preStop, postStart } } : {}),
  };
}

function variable(container: Container | undefined, name: string): string | undefined {
  const found = container?.env?.find((one) => one.name === name);
  // the API server leaves out what is empty
  return found && (found.value ?? "");
}

for (const sidecars of ["native", "classic"] as const) {
  describe(`hostile text reaches injected pods as it was written, ${sidecars} sidecars, seed ${seed}`, () => {
    let cluster: Cluster;
    let api: KubernetesApi;

    before(async () => {
      cluster = await startCluster({ sidecars });
      api = await connect({ kubeconfig: cluster.kubeconfig });
      for (const name of ["shop", "cart"]) await createNamespace(api, name);
    });
    after(() => cluster?.stop());

    /** Brings exactly these layers, and waits until pods show them. */
    async function bring(layers: Layers, labels: Record<string, string> = {}): Promise<void> {
      const current = await readInjector(api, injector);
      const data = compose(current.data, layers);
      await writeInjector(api, injector, current, data);
      const wanted = stampsIn(data)("shop", labels);
      for (let tries = 0; tries < 200; tries++) {
        // a denial is what the tests look for: it ends the wait, too
        const pod = await dryRunPod(api, "shop", template(labels)).catch(() => undefined);
        if (!pod || pod.metadata.annotations?.[stampAnnotation] === wanted) return;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      throw new Error("the injector did not take up the ConfigMap in 20 s");
    }

    async function assertShown(given: PodTemplate, wanted: SidecarSettings, what: string): Promise<void> {
      const pod = await dryRunPod(api, "shop", given).catch((error: Error) =>
        assert.fail(`${what}: ${error.message}`),
      );
      assert.deepEqual(shownBy(pod, wanted), wanted, what);
    }

    test(`a workload's, ${texts.length} texts`, async () => {
      const layers = texts.map((text, at) => [
        `shop/w${at}`,
        {
          owner: text,
          settings: parsed(settingsOf(text)),
          picks: { selector: [{ key: "text", operator: "In" as const, values: [`${at}`] }], priority: 0 },
        },
      ]);
      await bring(Object.fromEntries(layers) as Layers, { text: "0" });
      for (const [at, text] of texts.entries())
        await assertShown(template({ text: `${at}` }), settingsOf(text), JSON.stringify(text));
    });

    for (const [level, target] of [
      ["a namespace's", "shop"],
      ["everybody's", "*"],
    ] as const) {
      test(`${level}, all texts at once`, async () => {
        const many = (prefix: string) =>
          Object.fromEntries(texts.map((text, at) => [`${prefix}${at}`, text]));
        const settings = {
          ...settingsOf("x"),
          env: { HOSTILE: "x", ...many("T") },
          runtimeValues: many("t"),
          extraStatTags: texts.filter(Boolean),
          lifecycle: {
            preStop: { exec: { command: texts.filter((text) => settingsOf(text).lifecycle && text) } },
          },
        };
        await bring({ [target]: { owner: "o", settings: parsed(settings) } });
        const pod = await dryRunPod(api, "shop", template());
        const proxy = allContainers(pod.spec).find(({ name }) => name === "istio-proxy");
        const config = JSON.parse(variable(proxy, "PROXY_CONFIG") ?? "{}") as Record<string, unknown>;
        for (const [at, text] of texts.entries()) assert.equal(variable(proxy, `T${at}`), text);
        assert.deepEqual(config.runtimeValues, settings.runtimeValues);
        assert.deepEqual(config.extraStatTags, settings.extraStatTags);
        assert.deepEqual(proxy?.lifecycle, settings.lifecycle);
      });
    }

    test("names of runtime values and tags, interfaces and profiles, in every form that they may have", async () => {
      const names = [
        "{{x}}",
        '"}}{{',
        "a:b",
        "#",
        "-",
        "&a",
        "*a",
        "!!x",
        "'",
        "`",
        "\\",
        "%s",
        "<<",
        "__proto__",
        "null",
        "~",
        "[",
        "{",
      ];
      const settings: SidecarSettings = {
        runtimeValues: Object.fromEntries(names.map((name) => [name, name])),
        tracing: {
          customTags: Object.fromEntries(names.map((name) => [name, { literal: { value: name } }])),
        },
        seccompProfile: { type: "Localhost", localhostProfile: 'a: {{ b }}\n "c" \'# d' },
      };
      const interfaces = ["{{x}}", '"', "'", "\\", 'a"b', "#", "`", "%s", "*", "&a", "é", "-"].filter(
        (name) => parseSettings({ capture: { excludeInterfaces: [name] } }).problems.length === 0,
      );
      await bring({
        shop: { owner: "o", settings: parsed({ ...settings, capture: { excludeInterfaces: interfaces } }) },
      });
      const pod = await dryRunPod(api, "shop", template());
      const containers = new Map(allContainers(pod.spec).map((one) => [one.name, one]));
      const proxy = containers.get("istio-proxy");
      const config = JSON.parse(variable(proxy, "PROXY_CONFIG") ?? "{}") as Record<
        string,
        Record<string, unknown>
      >;
      assert.deepEqual(config.runtimeValues, settings.runtimeValues);
      assert.deepEqual(config.tracing?.customTags, settings.tracing?.customTags);
      assert.deepEqual(
        (proxy?.securityContext as { seccompProfile?: unknown })?.seccompProfile,
        settings.seccompProfile,
      );
      const args = containers.get("istio-init")?.args ?? [];
      assert.equal(args[args.indexOf("-c") + 1], interfaces.join(","));
    });

    test("labels that YAML reads as another type pick the pods that have them", async () => {
      const values = ["true", "null", "1e3", "0x10", "1_000", "on", "0", "2026-11-23", "1.0", ""];
      const layers = values.map((value, at) => [
        `shop/l${at}`,
        {
          owner: "o",
          settings: parsed({ env: { HOSTILE: `label ${value}` } }),
          picks: { selector: [{ key: "text", operator: "In" as const, values: [value] }], priority: 0 },
        },
      ]);
      await bring(Object.fromEntries(layers) as Layers, { text: "true" });
      for (const value of values) {
        const pod = await dryRunPod(api, "shop", template({ text: value }));
        const proxy = allContainers(pod.spec).find(({ name }) => name === "istio-proxy");
        assert.equal(variable(proxy, "HOSTILE"), `label ${value}`);
      }
    });

    test("a pod's own", async () => {
      await bring({});
      let said = 0;
      for (const text of texts) {
        const all = settingsOf(text);
        const { env: _env, ...rest } = all;
        for (const settings of [all, rest]) {
          const read = podTemplateWithSettings(template(), parsed(settings));
          if (read.problems.length === 0) {
            await assertShown(read.template, settings, JSON.stringify(text));
            said += 1;
            break;
          }
          for (const { todo } of read.problems) assert.match(todo, /^use WorkloadSidecarSettings/);
        }
      }
      assert.ok(said > texts.length / 2, `${said} of ${texts.length} said`);
    });

    test("and all of it is taken out again", async () => {
      const { data } = await readInjector(api, injector);
      assert.deepEqual(strip(data), data);
    });
  });
}

function template(labels: Record<string, string> = {}): PodTemplate {
  return { metadata: { labels }, spec: { containers: [{ name: "app", image: "app" }] } };
}

function parsed(settings: SidecarSettings): Layers[string]["settings"] {
  const { value: read, problems } = parseSettings(settings);
  assert.deepEqual(problems, [], problemText(problems as Problem[]));
  return read;
}
