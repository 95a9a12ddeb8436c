import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { KubernetesApi } from "../../provider/cluster/KubernetesApi";
import { compose } from "../../provider/configMap/compose";
import type { InjectorData } from "../../provider/configMap/InjectorData";
import type { Layers } from "../../provider/levels/Layer";
import { parseSettings } from "../../provider/settings/parseSettings";
import type { Mesh } from "../e2e/Mesh";
import { faultScript, stepText } from "./FaultScript";
import type { InjectorVersion } from "./InjectorHistory";
import { needlessRestarts, type Restart } from "./needlessRestarts";
import type { Operation } from "./Operation";
import { reached } from "./OperationChecks";
import { outdatedPods, sidecarShown } from "./outdatedPods";
import { minus } from "./PodProber";
import { RestartRecord } from "./RestartRecord";
import { unmetWants } from "./unmetWants";
import { wrongWrites } from "./wrongWrites";

const installed: InjectorData = {
  config: [
    "defaultTemplates: [sidecar]",
    "policy: enabled",
    "templates:",
    "  sidecar: |",
    "    metadata:",
    "      annotations: {",
    "      }",
    "    spec:",
    "      containers:",
    "      - name: istio-proxy",
    "        resources: {{ toJson .Values.global.proxy.resources }} # {{ .Values.global.proxy.logLevel }}",
    "",
  ].join("\n"),
  values: '{\n  "global": {\n    "proxy": {\n      "logLevel": "warning"\n    }\n  }\n}',
};
const cpu = (limit: number) => ({ proxyResources: { limits: { cpu: limit } } });
const layer = (actor: string, target: string, limit: number) => ({
  owner: `organization/e2e/${actor}:${target}`,
  settings: parseSettings(cpu(limit)).value,
});
const shop = layer("one", "shop", 3);
const cart = layer("two", "cart", 3);

let count = 0;
function version(layers: Layers, data: InjectorData = installed, more = {}): InjectorVersion {
  const resourceVersion = String(++count);
  const metadata = { name: "istio-sidecar-injector", resourceVersion };
  return { resourceVersion, metadata, data: { ...compose(data, layers), ...more }, at: count * 60_000 };
}

const operation: Operation = {
  client: "one-1",
  actor: "one",
  wanted: { shop: cpu(3) },
  targets: new Set(["shop"]),
  bad: false,
  from: 0,
  ok: true,
  killed: false,
  text: "",
};
/** What is wrong with a write of `operation` that made this of that. */
function judged(...versions: InjectorVersion[]): string[] {
  const written = versions.at(-1)?.resourceVersion;
  const write = { client: "one-1", resourceVersion: written };
  return wrongWrites(versions, [write], [operation]);
}

describe("the check of every write", () => {
  test("takes a program's own layer coming, and going back to what it was", () => {
    assert.deepEqual(judged(version({ cart }), version({ cart, shop })), []);
    const former = layer("one", "shop", 1);
    assert.deepEqual(
      judged(
        version({ shop: former }),
        version({ shop: layer("one", "shop", 9) }),
        version({ shop: former }),
      ),
      [],
    );
  });

  const changed = (key: keyof InjectorData) => ({
    ...installed,
    [key]: installed[key].replace("enabled", "x").replace("warning", "x"),
  });
  const rows: [string, InjectorVersion[], RegExp][] = [
    [
      "another's layer that is lost",
      [version({ cart }), version({ shop })],
      /changed the layer cart of somebody else: .* -> none/,
    ],
    [
      "another's layer that is back",
      [version({}), version({ cart, shop })],
      /changed the layer cart of somebody else: none/,
    ],
    [
      "a layer that nobody ever wanted",
      [version({}), version({ shop: layer("one", "shop", 7) })],
      /what it never was/,
    ],
    [
      "a byte of the config",
      [version({}), version({ shop }, changed("config"))],
      /changed config, which is not its own/,
    ],
    [
      "a byte of the values",
      [version({}), version({ shop }, changed("values"))],
      /changed values, which is not its own/,
    ],
    [
      "another key",
      [version({}, installed, { extra: "1" }), version({ shop })],
      /changed extra, which is not its own/,
    ],
  ];
  for (const [what, versions, wrong] of rows) {
    test(`sees ${what}`, () => assert.match(judged(...versions).join("\n"), wrong));
  }
});

describe("the check of a program that ended well", () => {
  test("expects its layers in place, and removed ones gone", () => {
    assert.deepEqual(unmetWants(operation, { shop, cart }), []);
    assert.match(unmetWants(operation, { cart })[0] ?? "", /layer shop is not in the injector/);
    assert.match(
      unmetWants(operation, { shop: layer("one", "shop", 4) })[0] ?? "",
      /is .*"4".* and not .*"3"/,
    );
    assert.match(unmetWants(operation, { shop: layer("two", "shop", 3) })[0] ?? "", /not in the injector/);
    assert.match(unmetWants({ ...operation, wanted: {} }, { shop })[0] ?? "", /took out, is in the injector/);
  });
});

test("a program that ended well is held to the workloads that its layers are for", () => {
  const of = (...targets: string[]) =>
    Object.entries(reached({ wanted: Object.fromEntries(targets.map((target) => [target, {}])) })).flatMap(
      ([namespace, names]) => names.map((name) => `${namespace}/${name}`),
    );
  assert.deepEqual(of("shop/api", "left"), ["shop/api"]);
  assert.deepEqual(of("cart", "cart/web"), ["cart/api", "cart/web"]);
  assert.equal(of("*").length, 5);
});

describe("the check of restarts", () => {
  const workload = { namespace: "shop", name: "api", labels: { app: "api" } };
  const api = (limit: number) => ({
    ...layer("one", "shop/api", limit),
    picks: { selector: [{ key: "app", operator: "In" as const, values: ["api"] }], priority: 0 },
  });
  /** A restart so long after the version before it was written, in ms. */
  const restartAfter = (
    { resourceVersion, at }: InjectorVersion,
    ms: number,
    generation: number,
  ): Restart => ({
    ...workload,
    client: "one-1",
    generation,
    // between that version and the next
    resourceVersion: `${resourceVersion}.${generation}`,
    at: at + ms,
  });
  const needless = (versions: InjectorVersion[], restarts: Restart[]) =>
    needlessRestarts(versions, restarts, workload);

  test("allows one after a change that reaches the workload, sent twice or not", () => {
    const versions = [version({}), version({ shop })];
    const restart = restartAfter(versions[1] as InjectorVersion, 1000, 2);
    assert.deepEqual(needless(versions, [restart, { ...restart, at: restart.at + 1000 }]), []);
    assert.deepEqual(needless(versions, []), []);
  });

  test("sees a restart without a cause, or one caused by a change elsewhere or below a stronger layer", () => {
    const said = ["one-1 restarted shop/api, whose settings had not changed"];
    const rows: [Layers, Layers][] = [
      [{ shop }, { shop }],
      [{ shop }, { shop, cart }],
      [
        { shop, "shop/api": api(2) },
        { shop: layer("one", "shop", 4), "shop/api": api(2) },
      ],
    ];
    for (const [before, after] of rows) {
      const versions = [version(before), version(after)];
      assert.deepEqual(needless(versions, [restartAfter(versions[1] as InjectorVersion, 1000, 2)]), said);
    }
  });

  test("sees a second restart for one change, unless istiod may have lagged", () => {
    const versions = [version({}), version({ shop }), version({ shop, cart })];
    const [, shops, carts] = versions as [InjectorVersion, InjectorVersion, InjectorVersion];
    const second = restartAfter(carts, 0, 3);
    assert.equal(needless(versions, [restartAfter(shops, 20_000, 2), second]).length, 1);
    assert.equal(needless(versions, [restartAfter(shops, 1000, 2), second]).length, 0);
  });

  test("allows one for settings that were there only in between, which pods may have got", () => {
    const versions = [version({ shop }), version({}), version({ shop })];
    assert.deepEqual(needless(versions, [restartAfter(versions[2] as InjectorVersion, 1000, 2)]), []);
  });
});

test("a pod is outdated by what settings say, and not by a Helm value that others flipped before it was made", () => {
  const shown = (args: string[], limit = "1") =>
    sidecarShown({
      spec: { containers: [{ name: "istio-proxy", args, resources: { limits: { cpu: limit } } }] },
    });
  const args = ["proxy", "sidecar", "--proxyLogLevel=warning"];
  assert.equal(shown([...args, "--log_as_json"]), shown(args));
  assert.notEqual(shown(["proxy", "sidecar", "--proxyLogLevel=debug"]), shown(args));
  assert.notEqual(shown(args, "2"), shown(args));
});

test("subtracts outages from a time without pods", () => {
  const stretch = { from: 10, to: 50, why: "no" };
  assert.deepEqual(
    minus(stretch, [
      { from: 0, to: 20 },
      { from: 30, to: 35 },
    ]),
    [
      { from: 20, to: 30, why: "no" },
      { from: 35, to: 50, why: "no" },
    ],
  );
  assert.deepEqual(minus(stretch, [{ from: 0, to: Number.POSITIVE_INFINITY }]), []);
});

describe("the record of restarts", () => {
  const workload = { namespace: "shop", name: "api", labels: {} };
  const restart = (generation: number, name = "api") => ({
    client: "one-1",
    method: "PATCH",
    path: `/apis/apps/v1/namespaces/shop/deployments/${name}`,
    resourceVersion: String(generation),
    answer: { status: 200, body: Buffer.from(JSON.stringify({ metadata: { generation } })) },
  });
  const generations = (record: RestartRecord) => record.lastingOf(workload).map((one) => one.generation);

  test("has each once, by the workload that it restarted", () => {
    const record = new RestartRecord();
    for (const write of [restart(2), restart(2), restart(3), restart(2, "web")]) record.add(write);
    record.add({ ...restart(9), resourceVersion: undefined });
    record.add({ ...restart(9), path: "/api/v1/namespaces/shop/configmaps/api" });
    assert.deepEqual(generations(record), [2, 3]);
    assert.equal(record.changesOf(workload), 2);
  });

  test("leaves out what an operator took off, and counts its writes", () => {
    const record = new RestartRecord();
    for (const generation of [2, 4, 5, 7]) record.add(restart(generation));
    record.undo({ ...workload, after: 2, found: 5 });
    record.undo({ ...workload, name: "web", after: 1, found: 9 });
    assert.deepEqual(generations(record), [2, 7]);
    assert.equal(record.changesOf(workload), 5);
  });
});

describe("a random script", () => {
  test("is the same for the same seed, and another for another", () => {
    assert.deepEqual(faultScript(7, 40), faultScript(7, 40));
    assert.notDeepEqual(faultScript(7, 40), faultScript(8, 40));
  });

  test("soon has every kind of step, kill, outage and fault", () => {
    const texts = Array.from({ length: 20 }, (_, seed) =>
      faultScript(seed, 40).map(stepText).join("\n"),
    ).join("\n");
    for (const kind of [
      "up platform",
      "up writer-left",
      "no pod is possible",
      "clock jumps",
      "waited for",
      "killed as it starts",
      "killed after its write",
      "killed after it began a restart",
      "ms",
      "helm rewrites",
      "istioctl rewrites",
      "edits a comment",
      "edits a value",
      "istiod for",
      "kube-apiserver for",
      "webhook unreachable for",
      "webhook denies for",
      "a policy denies all pods in",
      "a policy denies debug sidecars in",
      "the policy in",
      "an operator begins to write",
      "an operator ceases to write",
      "too many requests",
      "expired list",
      "answer lost",
      "broken half-way",
      "as it should",
      "pass",
    ])
      assert.ok(texts.includes(kind), kind);
  });
});

test("pods with another sidecar than a new one would have are outdated, each by its name", async () => {
  const pod = (name: string, limit: string) => ({
    metadata: { name },
    spec: { containers: [{ name: "istio-proxy", resources: { limits: { cpu: limit } } }] },
  });
  const mesh = {
    workload: async () => ({ spec: { template: {} } }),
    pods: async () => [pod("api-old", "1"), pod("api-new", "2")],
  } as unknown as Mesh;
  const api = { server: "", request: async () => pod("asked", "2") } as unknown as KubernetesApi;
  const found = await outdatedPods(mesh, api, { shop: ["api"] });
  assert.equal(found.length, 1);
  assert.match(found[0] ?? "", /^pod shop\/api-old has .*"1".*, and a new one would have .*"2"/);
});
