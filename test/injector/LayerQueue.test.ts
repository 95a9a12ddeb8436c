import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ApiError, type KubernetesApi } from "../../provider/cluster/KubernetesApi";
import { LayerQueue } from "../../provider/injector/LayerQueue";

/** A queue whose commits all begin, and end at once since there is no injector; `onPause` is what happens while it waits. */
function queueThat(onPause: (queue: LayerQueue, pause: number) => void) {
  let commits = 0;
  let pauses = 0;
  const api: KubernetesApi = {
    server: "https://server",
    async request(call) {
      commits++;
      throw new ApiError(404, "NotFound", "no ConfigMap", call);
    },
  };
  const queue: LayerQueue = new LayerQueue(
    api,
    { namespace: "istio-system" },
    {
      report: () => {},
      elapsed: () => 0,
      sleep: async () => {
        await Promise.resolve();
        onPause(queue, pauses++);
      },
    },
  );
  return { queue, commits: () => commits };
}

const submit = (queue: LayerQueue, target: string) =>
  queue.submit({ target, layer: undefined, owners: [] }, 1000).catch((error: Error) => error.message);

describe("the queue of layers", () => {
  it("begins a commit when no more layers come, so that those of one up are one write", async () => {
    const more: Promise<unknown>[] = [];
    const { queue, commits } = queueThat((queue, pause) => {
      if (pause < 5) more.push(submit(queue, `late-${pause}`));
    });
    assert.match(String(await submit(queue, "first")), /no ConfigMap/);
    assert.equal(more.length, 5);
    await Promise.all(more);
    assert.equal(commits(), 1);
  });

  it("does not wait for ever where there is always one more", async () => {
    const more: Promise<unknown>[] = [];
    const { queue, commits } = queueThat((queue, pause) => {
      if (pause < 30) more.push(submit(queue, `late-${pause}`));
    });
    await submit(queue, "first");
    assert.equal(commits(), 1);
    assert.ok(more.length < 15, `${more.length} came meanwhile`);
  });
});
