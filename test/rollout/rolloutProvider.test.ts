import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type KubernetesApi, UnreachableError } from "../../provider/cluster/KubernetesApi";
import type { Session } from "../../provider/cluster/session";
import { unknownMarker } from "../../provider/data/unknown";
import { Coordinators } from "../../provider/injector/Coordinators";
import type { ResourceProvider } from "../../provider/injector/ResourceProvider";
import { transientReasons } from "../../provider/rollout/plan/transientReasons";
import { rolloutProvider } from "../../provider/rollout/rolloutProvider";

const held = { "Deployment/old": 'its annotation sidecar-settings/rollout is "never"' };
const restarts = { "proxyResources.limits.cpu 1 -> 2": { "Deployment/api": "1 pod" } };
const olds = {
  restarts,
  waiting: {
    ...held,
    "Deployment/api": transientReasons.unknown,
    "Deployment/web": transientReasons.unready,
  },
};

/** One whose server gives no answer, with an injector from which somebody removed layers or not. */
function providerWith(lost: boolean, report: Session["report"] = () => {}): ResourceProvider {
  const api: KubernetesApi = {
    server: "memory",
    request: () => Promise.reject(new UnreachableError("no route")),
  };
  const session: Session = {
    api: () => Promise.resolve(api),
    report,
    now: () => 0,
    elapsed: () => 0,
    random: () => 0,
    isCancelled: () => false,
    sleep: () => Promise.resolve(),
  };
  const coordinators = new Coordinators(session);
  const { check, ...provider } = rolloutProvider(coordinators);
  return {
    ...provider,
    async check(olds, news) {
      (await coordinators.of(news)).planned.lost = lost;
      return check(olds, news);
    },
  };
}

describe("a rollout's inputs where a preview can't know what restarts", () => {
  it("lost layers: lasting reasons only, nothing from an earlier look", async () => {
    const { inputs } = await providerWith(true).check(olds, { namespace: "shop" });
    assert.deepEqual(inputs.waiting, held);
    assert.deepEqual(inputs.restarts, {});
    assert.equal(inputs.__stale, 1);
  });

  it("lost layers without lasting reasons: no list", async () => {
    const waiting = { "Deployment/api": transientReasons.unknown };
    const { inputs } = await providerWith(true).check({ restarts, waiting }, { namespace: "shop" });
    assert.equal("waiting" in inputs, false);
  });

  it("no answer: all of the state, so that there is no change", async () => {
    const { inputs } = await providerWith(false).check(olds, { namespace: "shop" });
    assert.deepEqual(inputs.waiting, olds.waiting);
    assert.deepEqual(inputs.restarts, restarts);
    assert.equal(inputs.__stale, 0);
  });

  it("no answer, and another option: not what the last `up` restarted, which would pass for what this one does", async () => {
    const { inputs } = await providerWith(false).check(olds, { namespace: "shop", strategy: "none" });
    assert.deepEqual(inputs.restarts, {});
  });

  it("a namespace that is not known yet: said without Pulumi's marker for it", async () => {
    const lines: string[] = [];
    const provider = providerWith(false, (line) => lines.push(line));
    const { inputs } = await provider.check({}, { namespace: unknownMarker });
    assert.deepEqual(lines, ["a namespace is not known before `up`, nor which of its workloads restart"]);
    assert.equal(inputs.__stale, 1);
  });

  it("a refresh shows the last run's inputs once more, which is no change; the next run that finds something is one", async () => {
    const provider = providerWith(true);
    const { inputs } = await provider.check({ __run: 4 }, { namespace: "shop" });
    assert.deepEqual([inputs.__stale, inputs.__run], [1, 5]);
    const ended = { ...inputs, summary: {} };
    assert.equal((await provider.diff("id", ended, inputs)).changes, false);
    const { inputs: next } = await provider.check(inputs, { namespace: "shop" });
    assert.equal((await provider.diff("id", ended, next)).changes, true);
    const { inputs: away } = await providerWith(false).check(inputs, { namespace: "shop" });
    assert.equal((await provider.diff("id", ended, away)).changes, false);
  });
});
