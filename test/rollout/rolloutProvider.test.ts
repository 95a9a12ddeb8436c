import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type KubernetesApi, UnreachableError } from "../../provider/cluster/KubernetesApi";
import type { Session } from "../../provider/cluster/session";
import type { InjectorView } from "../../provider/rollout/InjectorView";
import { passingReasons } from "../../provider/rollout/passingReasons";
import { type RolloutProvider, rolloutProvider } from "../../provider/rollout/rolloutProvider";

const held = { "Deployment/old": 'its annotation sidecar-settings/rollout is "never"' };
const restarts = { "Deployment/api": "1 pod: istio-proxy limits.cpu 1 -> 2" };
const olds = {
  restarts,
  waiting: { ...held, "Deployment/api": passingReasons.unknown, "Deployment/web": passingReasons.unready },
};

/** One whose server gives no answer, with an injector from which somebody removed layers or not. */
function providerWith(lost: boolean): RolloutProvider {
  const api: KubernetesApi = {
    server: "memory",
    request: () => Promise.reject(new UnreachableError("no route")),
  };
  const session: Session = {
    api: () => Promise.resolve(api),
    report: () => {},
    now: () => 0,
    elapsed: () => 0,
    random: () => 0,
    sleep: () => Promise.resolve(),
  };
  const injector: Partial<InjectorView> = {
    planned: () => ({ layers: {}, lost }),
    data: () => api.request({ method: "GET", path: "/" }),
  };
  return rolloutProvider(session, injector as InjectorView);
}

describe("what a rollout's inputs say where a preview can't know what restarts", () => {
  it("lost layers: what holds until somebody changes it, and nothing of how things were at an earlier look", async () => {
    const { inputs } = await providerWith(true).check(olds, { namespace: "shop" });
    assert.deepEqual(inputs.waiting, held);
    assert.equal(inputs.__stale, 1);
  });

  it("lost layers, and nothing that holds: no list at all", async () => {
    const waiting = { "Deployment/api": passingReasons.unknown };
    const { inputs } = await providerWith(true).check({ restarts, waiting }, { namespace: "shop" });
    assert.equal("waiting" in inputs, false);
  });

  it("no answer: all that the state says, so that there is no change", async () => {
    const { inputs } = await providerWith(false).check(olds, { namespace: "shop" });
    assert.deepEqual(inputs.waiting, olds.waiting);
    assert.deepEqual(inputs.restarts, restarts);
    assert.equal(inputs.__stale, 0);
  });
});
