import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type ApiCall,
  ApiError,
  type ClusterAccess,
  type KubernetesApi,
  UnreachableError,
} from "../../provider/cluster/KubernetesApi";
import { session } from "../../provider/cluster/session";
import type { Properties } from "../../provider/data/Properties";
import { unknownMarker } from "../../provider/data/unknown";
import { Coordinators } from "../../provider/injector/Coordinators";

const production = "https://production";
/** Where each context leads. */
const servers: Record<string, string> = {
  admin: production,
  "admin@eu": production,
  staging: "https://staging",
};

function process() {
  const api = async ({ context = "admin", kubeconfig }: ClusterAccess = {}): Promise<KubernetesApi> => {
    if (kubeconfig === "missing") throw new UnreachableError("no such file");
    if (kubeconfig === "broken") throw new TypeError("a defect");
    return {
      server: kubeconfig === undefined ? (servers[context] ?? "") : production,
      request: () => Promise.reject(new Error("asked")),
    };
  };
  return new Coordinators({ ...session, api });
}

describe("resources of one process share a coordinator where they mean one injector", () => {
  const own = { namespace: "shop", cluster: {}, injector: {} };
  const rows: [string, Properties, Properties, boolean][] = [
    ["by the stack's context and by another one", own, { ...own, cluster: { context: "admin@eu" } }, true],
    ["by a context and by a kubeconfig", own, { ...own, cluster: { kubeconfig: "text" } }, true],
    [
      "by defaults and by name",
      own,
      { ...own, injector: { namespace: "istio-system", revision: "default" } },
      true,
    ],
    ["for two namespaces", own, { ...own, namespace: "cart" }, true],
    ["in two clusters", own, { ...own, cluster: { context: "staging" } }, false],
    ["of two revisions", own, { ...own, injector: { revision: "canary" } }, false],
    ["of two namespaces of Istio's", own, { ...own, injector: { namespace: "istio-canary" } }, false],
    [
      "where neither knows its cluster yet",
      { ...own, cluster: unknownMarker },
      { ...own, cluster: unknownMarker },
      true,
    ],
    ["where one of them does", own, { ...own, cluster: unknownMarker }, false],
    [
      "by one kubeconfig that can't be read",
      { cluster: { kubeconfig: "missing" } },
      { cluster: { kubeconfig: "missing" } },
      true,
    ],
  ];
  for (const [edge, one, other, isShared] of rows)
    it(`${edge}: ${isShared ? "one" : "two"}`, async () => {
      const coordinators = process();
      const [first, second] = await Promise.all([coordinators.of(one), coordinators.of(other)]);
      assert.equal(first === second, isShared);
    });

  it("only a broken kubeconfig counts as an unknown cluster", async () => {
    await assert.rejects(process().of({ cluster: { kubeconfig: "broken" } }), /a defect/);
  });
});

describe("what they share", () => {
  it("a rollout's check sees layers that were checked earlier, however they name the cluster", async () => {
    const coordinators = process();
    const layer = { settings: { dnsProxy: true }, owner: "o/p/s:shop", injectorTimeout: 0 };
    const byContext = await coordinators.of({ cluster: { context: "admin@eu" } });
    byContext.planned.note("shop", layer, true);
    const { planned } = await coordinators.of({ cluster: {} });
    assert.deepEqual(planned.known(), { shop: { settings: layer.settings, owner: layer.owner } });
    assert.equal(planned.lost, true);
  });

  it("layers with unknown values are planned, and unknown", async () => {
    const { planned } = await process().of({});
    planned.note(
      "shop",
      { settings: { logLevel: unknownMarker }, owner: "o/p/s:shop", injectorTimeout: 0 },
      false,
    );
    assert.deepEqual(planned.known(), {});
    assert.deepEqual([...planned.all.keys()], ["shop"]);
  });

  it("settings of the last successful rollout win over what was written, whichever is noted first", async () => {
    const { history } = await process().of({});
    const [rolled, written] = [{ settings: { dnsProxy: true } }, { settings: { dnsProxy: false } }];
    history.noteRolled("shop", rolled);
    history.noteWritten("shop", written);
    assert.deepEqual(history.of("shop"), rolled);
    history.noteWritten("cart", written);
    history.noteNeverRolled("cart");
    assert.deepEqual(history.of("cart"), written);
  });

  it("rollouts of two revisions in one cluster take turns, and those of two clusters do not", async () => {
    const coordinators = process();
    const log: string[] = [];
    const begin = async (name: string, properties: Properties, over: Promise<void>) => {
      const { session } = coordinators;
      const coordinator = await coordinators.of(properties);
      const api = await session.api(properties.cluster as ClusterAccess | undefined);
      return coordinator.inTurn(api, async () => {
        log.push(name);
        await over;
      });
    };
    let end = () => {};
    const first = begin("default", {}, new Promise((resolve) => (end = resolve)));
    const second = begin("canary", { injector: { revision: "canary" } }, Promise.resolve());
    await begin("elsewhere", { cluster: { context: "staging" } }, Promise.resolve());
    assert.deepEqual(log, ["default", "elsewhere"]);
    end();
    await Promise.all([first, second]);
    assert.deepEqual(log, ["default", "elsewhere", "canary"]);
  });
});

describe("whether a namespace lasts", () => {
  const missing = (call: ApiCall) => new ApiError(404, "NotFound", "not there", call);

  it("is asked once a second for a resource's check and its creation, and each time if it doesn't", async () => {
    const asked: string[] = [];
    let now = 0;
    const api: KubernetesApi = {
      server: production,
      async request<Answer>(call: ApiCall) {
        asked.push(call.path);
        if (call.path.endsWith("/gone")) throw missing(call);
        return { metadata: {} } as Answer;
      },
    };
    const coordinators = new Coordinators({ ...session, api: async () => api, elapsed: () => now });
    const lasts = async (at: number, namespace: string) => {
      now = at;
      return coordinators.requireLasting({}, namespace).then(
        () => true,
        () => false,
      );
    };
    const answers = [
      await lasts(0, "shop"),
      await lasts(999, "shop"),
      await lasts(1000, "shop"),
      await lasts(1000, "gone"),
      await lasts(1001, "gone"),
    ];
    assert.deepEqual(answers, [true, true, true, false, false]);
    assert.deepEqual(
      asked.map((path) => path.split("/").at(-1)),
      ["shop", "shop", "gone", "gone"],
    );
  });

  it("is known for each cluster by itself", async () => {
    const api = async ({ context = "" }: ClusterAccess = {}): Promise<KubernetesApi> => ({
      server: context,
      request: async (call) => {
        if (context === "staging") throw missing(call);
        return { metadata: {} } as never;
      },
    });
    const coordinators = new Coordinators({ ...session, api, elapsed: () => 0 });
    await coordinators.requireLasting({ cluster: { context: "prod" } }, "shop");
    await assert.rejects(coordinators.requireLasting({ cluster: { context: "staging" } }, "shop"), {
      name: "NoNamespace",
    });
  });
});
