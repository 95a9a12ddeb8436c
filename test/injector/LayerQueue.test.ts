import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ApiError, type KubernetesApi } from "../../provider/cluster/KubernetesApi";
import { CachedInjector } from "../../provider/injector/CachedInjector";
import { LayerQueue } from "../../provider/injector/LayerQueue";
import { data } from "../configMap/injectorText";

const istio = { namespace: "istio-system" };

let commits = 0;
/** A cluster without an injector: a commit ends when it reads it. */
const nowhere: KubernetesApi = {
  server: "https://server",
  async request(call) {
    if (call.path.endsWith("/istio-sidecar-injector")) commits++;
    throw new ApiError(404, "NotFound", "no ConfigMap", call);
  },
};

/** A queue whose commits all begin, and end at once; `onPause` is what happens while it waits. */
function queueThat(onPause: (queue: LayerQueue, pause: number) => void) {
  const before = commits;
  let pauses = 0;
  const queue: LayerQueue = new LayerQueue(istio, {
    cached: new CachedInjector(istio, () => 0),
    report: () => {},
    elapsed: () => 0,
    random: () => 0,
    sleep: async () => {
      await Promise.resolve();
      onPause(queue, pauses++);
    },
  });
  return { queue, commits: () => commits - before };
}

const submit = (queue: LayerQueue, target: string) =>
  queue
    .submit(nowhere, { target, layer: undefined, owners: [] }, 1000)
    .catch((error: Error) => error.message);

describe("the queue of layers", () => {
  it("writes when no more layers come, so that one up is one write", async () => {
    const more: Promise<unknown>[] = [];
    const { queue, commits } = queueThat((queue, pause) => {
      if (pause < 5) more.push(submit(queue, `late-${pause}`));
    });
    assert.match(
      String(await submit(queue, "first")),
      /there is no ConfigMap istio-system\/istio-sidecar-injector/,
    );
    assert.equal(more.length, 5);
    await Promise.all(more);
    assert.equal(commits(), 1);
  });

  it("stops waiting even if changes keep coming", async () => {
    const more: Promise<unknown>[] = [];
    const { queue, commits } = queueThat((queue, pause) => {
      if (pause < 500) more.push(submit(queue, `late-${pause}`));
    });
    await submit(queue, "first");
    assert.equal(commits(), 1);
    assert.ok(more.length < 300, `${more.length} came meanwhile`);
  });

  it("accepts a change at any moment", async () => {
    for (let ticks = 0; ticks < 8; ticks++) {
      const { queue } = queueThat(() => {});
      const change = { target: "shop", layer: undefined, owners: [] };
      const second = queue.submit(nowhere, change, 1000).catch(async () => {
        for (let tick = 0; tick < ticks; tick++) await undefined;
        return queue.submit(nowhere, change, 1000).catch(() => "failed");
      });
      const timer = new Promise((resolve) => setTimeout(resolve, 500, "never"));
      assert.equal(await Promise.race([second, timer]), "failed", `after ${ticks} ticks`);
    }
  });

  it("stops waiting once as many changes came as Pulumi has run at once so far", async () => {
    let pauses = 0;
    const { queue, commits } = queueThat(() => pauses++);
    const eight = () => Promise.all([..."abcdefgh"].map((target) => submit(queue, target)));
    await eight();
    const first = pauses;
    await eight();
    assert.equal(commits(), 2);
    assert.ok(first > 5, `${first} looks while nobody knew how many there would be`);
    assert.ok(pauses - first <= 2, `${pauses - first} looks at the second eight`);
    await submit(queue, "alone");
    assert.ok(pauses - first > 5, "one alone is waited for others");
  });

  it("gives a layer that is invalid alone a moment, for others may make it valid", async () => {
    let elapsed = 0;
    let reads = 0;
    const api: KubernetesApi = {
      server: "https://server",
      async request<Answer>() {
        reads++;
        return { metadata: { name: "istio-sidecar-injector" }, data } as Answer;
      },
    };
    const queue = new LayerQueue(istio, {
      cached: new CachedInjector(istio, () => elapsed),
      report: () => {},
      elapsed: () => elapsed,
      random: () => 0,
      sleep: async (milliseconds) => {
        elapsed += milliseconds;
      },
    });
    const layer = { owner: "a/b/c:d", settings: { "proxyResources.requests.cpu": "5" } };
    await assert.rejects(
      queue.submit(api, { target: "shop", layer, owners: [layer.owner] }, 1000),
      /expected a request no higher than its limit/,
    );
    // one in a second: what this process writes meanwhile is read anew
    assert.ok(reads >= 3, `${reads} reads`);
    assert.ok(elapsed >= 2_000 && elapsed < 3_000, `${elapsed} ms`);
  });
});
