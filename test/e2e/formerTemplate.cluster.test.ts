import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Pod } from "../../provider/cluster/podTemplate";
import { compose } from "../../provider/configMap/compose";
import type { InjectorData } from "../../provider/configMap/InjectorData";
import { layersOf } from "../../provider/configMap/layersOf";
import { readInjector, writeInjector } from "../../provider/injector/Injector";
import { restartAnnotation } from "../../provider/rollout/policy/restartAnnotation";
import { pulumi } from "../pulumi/pulumi";
import { argument, container, Mesh, operations, type Plan, succeeded } from "./Mesh";
import { ranCommand } from "./ranCommand";

const traffic = "traffic.sidecar.istio.io";
const injector = { namespace: "istio-system" };

/** The injector as an earlier release of this package left it, with other text in the template or the profiles. */
type Edit = (data: InjectorData) => InjectorData;

describe("after an upgrade of this package that changes what it writes for the same settings", () => {
  let mesh: Mesh;
  const plan: Plan = {
    global: { alwaysExclude: { outboundPorts: [9191] } },
    namespaces: { shop: { componentLogLevel: "dns:debug", logLevel: "info" } },
  };
  const stack = () => mesh.stack("upgraded", plan);
  const apps = ["api", "spaced", "own"];

  before(async () => {
    mesh = await Mesh.start();
    await mesh.namespace("shop");
    await mesh.deployment("shop", "api");
    await mesh.deployment("shop", "spaced", {
      annotations: { [`${traffic}/excludeOutboundPorts`]: "7001, 9191" },
    });
    await mesh.deployment("shop", "own", {
      annotations: { "sidecar.istio.io/componentLogLevel": "misc:error" },
    });
    succeeded(await pulumi.up(stack()));
  });
  after(() => mesh?.stop());

  /** Leaves the injector so, and pods as it makes them. */
  const asBefore = async (edit: Edit) => {
    const current = await readInjector(mesh.api, injector);
    const former = edit(current.data);
    assert.notDeepEqual(former, current.data);
    await writeInjector(mesh.api, injector, current, former);
    const uids = new Set((await mesh.pods("shop")).map(({ metadata }) => metadata.uid));
    // the injector takes a moment to read it
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    for (const { metadata } of await mesh.pods("shop"))
      await mesh.api.request({ method: "DELETE", path: `/api/v1/namespaces/shop/pods/${metadata.name}` });
    await mesh.eventually("new pods", async () => {
      const pods = await mesh.pods("shop");
      return pods.length === apps.length && pods.every(({ metadata }) => !uids.has(metadata.uid));
    });
    for (const app of apps) await mesh.ready("shop", app);
    return former;
  };
  const marks = async () =>
    Object.fromEntries(
      await Promise.all(
        apps.map(async (app) => {
          const { spec } = await mesh.workload("shop", app);
          return [app, spec.template.metadata?.annotations?.[restartAnnotation]] as const;
        }),
      ),
    );
  const uids = async () =>
    new Map((await mesh.pods("shop")).map(({ metadata }) => [metadata.labels?.app, metadata.uid]));
  const excluded = (pod: Pod) => argument(container(pod, "istio-init"), "-o");
  const isAsWritten = async () => {
    const data = await mesh.injector();
    assert.deepEqual(data, compose(data, layersOf(data)), "the injector is as this release writes it");
  };
  const isQuiet = async () => {
    const quiet = succeeded(await pulumi.preview(stack()));
    assert.deepEqual(new Set(Object.values(operations(quiet))), new Set(["same"]), quiet.stdoutText);
  };

  test("text of the template that gives pods the same is written again by up, and nothing restarts", async () => {
    await asBefore(({ config, values }) => ({
      config: config.replaceAll(" | toString | nospace)", ")"),
      values,
    }));
    assert.equal(excluded(await mesh.pod("shop", "spaced")), "9191,7001, 9191");
    const [before, restarts] = [await uids(), await marks()];
    assert.match(await ranCommand(mesh, "status"), /3 up to date/);

    const preview = succeeded(await pulumi.preview({ ...stack(), diff: true }));
    assert.match(preview.stdoutText, /restores *: "[^"]*another release of this package/);
    assert.doesNotMatch(preview.stdoutText, /workloads? \(\d+ pods?\) restart/);
    succeeded(await pulumi.up(stack()));
    await isAsWritten();
    assert.deepEqual(await uids(), before);
    assert.deepEqual(await marks(), restarts);
    assert.match(await ranCommand(mesh, "status"), /3 up to date/);
    await isQuiet();
  });

  test("pods whose sidecar would change are restarted by the same up, and those that have it already are left alone", async () => {
    const former = await asBefore(({ config, values }) => ({
      config: config.replaceAll(
        "$sidecar.global.proxy.componentLogLevel",
        ".Values.global.proxy.componentLogLevel",
      ),
      // what is stored for the template had other stamps
      values: values
        .replaceAll(/"stamp":"(\w{4})/g, '"stamp":"zz$1')
        .replaceAll(/,"([0-9a-f]{12,})":\{/g, ',"$1":{'),
    }));
    assert.notEqual(former.values, (await compose(former, layersOf(former))).values);
    const before = await uids();
    const preview = succeeded(await pulumi.preview({ ...stack(), diff: true }));
    assert.match(preview.stdoutText, /restores *: "[^"]*another release of this package/);
    assert.match(preview.stdoutText, /can't list restarts yet/);
    succeeded(await pulumi.up(stack()));
    await isAsWritten();
    const now = await uids();
    assert.deepEqual(
      apps.filter((app) => now.get(app) !== before.get(app)),
      ["api", "spaced"],
      "own says its component log level itself",
    );
    for (const app of ["api", "spaced"])
      assert.ok(
        container(await mesh.pod("shop", app), "istio-proxy").args?.includes(
          "--proxyComponentLogLevel=dns:debug",
        ),
      );
    await isQuiet();
  });
});
