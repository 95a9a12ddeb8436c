import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { applyWorkload } from "../../examples/asm-walkthrough/applyWorkload";
import type { Pod } from "../../provider/cluster/podTemplate";
import type { Sidecars } from "../cluster/cluster";
import { pulumi } from "../pulumi/pulumi";
import { argument, container, Mesh, operations, succeeded, variable } from "./Mesh";

const example = join(__dirname, "../../examples/asm-walkthrough");

/** What the seed document expects on the pod after each of its steps. */
const expectations: { step: string; onPod: (pod: Pod) => void }[] = [
  {
    step: "proxy resources",
    onPod: (pod) =>
      assert.deepEqual(container(pod, "istio-proxy").resources, {
        limits: { cpu: "2", memory: "1025Mi" },
        requests: { cpu: "100m", memory: "128Mi" },
      }),
  },
  {
    step: "init resources",
    onPod: (pod) => {
      assert.deepEqual(container(pod, "istio-init").resources, {
        limits: { cpu: "916m", memory: "512Mi" },
        requests: { cpu: "16m", memory: "18Mi" },
      });
      assert.equal(container(pod, "istio-proxy").resources?.limits?.memory, "1025Mi");
    },
  },
  {
    step: "capture",
    onPod: (pod) => {
      const init = container(pod, "istio-init");
      const flags = ["-i", "-x", "-b", "-d", "-q", "-o"];
      assert.deepEqual(Object.fromEntries(flags.map((flag) => [flag, argument(init, flag)])), {
        "-i": "192.168.1.2/32",
        "-x": "192.168.0.1/32,192.168.1.1/32",
        "-b": "*",
        "-d": "15090,15021,15081,9191,7013,7014,15020",
        "-q": "7015,7016",
        "-o": "7011,7012",
      });
    },
  },
  {
    step: "lifecycle",
    onPod: (pod) =>
      assert.deepEqual(container(pod, "istio-proxy").lifecycle, {
        postStart: { exec: { command: ["pilot-agent", "wait"] } },
        preStop: { exec: { command: ["/bin/sh", "-c", "sleep 13"] } },
      }),
  },
  {
    step: "drain",
    onPod: (pod) => {
      const proxy = container(pod, "istio-proxy");
      assert.equal(variable(proxy, "TERMINATION_DRAIN_DURATION_SECONDS"), "10");
      assert.equal(JSON.parse(variable(proxy, "PROXY_CONFIG") ?? "{}").terminationDrainDuration, "10s");
    },
  },
  {
    step: "DNS proxy",
    onPod: (pod) => {
      for (const name of ["istio-proxy", "istio-init"]) {
        assert.equal(variable(container(pod, name), "ISTIO_META_DNS_CAPTURE"), "true");
        assert.equal(variable(container(pod, name), "ISTIO_META_DNS_AUTO_ALLOCATE"), "true");
      }
    },
  },
];

for (const sidecars of ["native", "classic"] satisfies Sidecars[]) {
  describe(`the seed's six steps, ${sidecars} sidecars`, () => {
    let mesh: Mesh;
    let installed: { config: string; values: string };
    const at = (step: number) => mesh.program("walk", example, { step: String(step) });

    before(async () => {
      mesh = await Mesh.start({ sidecars });
      installed = await mesh.injector();
      await applyWorkload(mesh.api);
      succeeded(await pulumi.up(at(0)));
    });
    after(() => mesh?.stop());

    expectations.forEach(({ step }, index) => {
      test(`${step}: the preview names the restart, the pods have it after up, earlier steps stay`, async () => {
        const before = await mesh.pods("shop", "api");
        const versions = await mesh.versions();
        const preview = succeeded(await pulumi.preview({ ...at(index + 1), diff: true }));
        assert.deepEqual(await mesh.versions(), versions, "a preview writes nothing");
        assert.match(preview.stdoutText, /Deployment\/api *: "2 pods"/);
        // nothing of the global settings changes, whichever resource is looked at first
        assert.equal(operations(preview)["mesh-rollout"], "same");
        const up = succeeded(await pulumi.up(at(index + 1)));
        assert.deepEqual(operations(up)["shop-layer"], "update");
        const pods = await mesh.pods("shop", "api");
        assert.equal(pods.length, 2);
        for (const pod of pods) {
          assert.ok(!before.some(({ metadata }) => metadata.uid === pod.metadata.uid), "a pod created anew");
          for (const done of expectations.slice(0, index + 1)) done.onPod(pod);
          const native = pod.spec.initContainers?.some(({ name }) => name === "istio-proxy");
          assert.equal(native, sidecars === "native");
        }
      });
    });

    test("a second up with nothing changed writes nothing, restarts nothing, and says unchanged", async () => {
      const versions = await mesh.versions();
      const again = succeeded(await pulumi.up(at(6)));
      assert.deepEqual(new Set(Object.values(operations(again))), new Set(["same"]));
      assert.deepEqual(await mesh.versions(), versions);
    });

    test("the namespace's team can read its effective settings and their sources", async () => {
      const published = await mesh.configMap("shop", "sidecar-settings");
      assert.match(published?.["settings.yaml"] ?? "", /memory: 1025Mi # namespace/);
      assert.match(published?.["settings.yaml"] ?? "", /inboundPorts: 15081,9191 # global/);
    });

    test("destroy gives the injector's bytes back", async () => {
      succeeded(await pulumi.destroy(at(6)));
      assert.deepEqual(await mesh.injector(), installed);
    });
  });
}
