import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { parse } from "yaml";
import type { SidecarExplanation } from "../../provider/explain/explainSidecar";
import { pulumi } from "../pulumi/pulumi";
import { argument, container, Mesh, operations, type Plan, succeeded } from "./Mesh";
import { ranCommand } from "./ranCommand";

const traffic = "traffic.sidecar.istio.io";

describe("a mesh with Istio CNI, whose plugin reads captured traffic from annotations that the injector writes", () => {
  let mesh: Mesh;
  const plan: Plan = {
    global: { alwaysExclude: { inboundPorts: [9191], outboundIPRanges: ["169.254.169.254/32"] } },
    namespaces: {
      shop: {
        capture: { excludeInboundPorts: [9300], excludeOutboundPorts: [53], includeOutboundIPRanges: [] },
        initResources: { limits: { cpu: "900m" } },
      },
    },
  };
  const stack = () => mesh.stack("cni", plan);
  const explained = async (what: string): Promise<SidecarExplanation> => {
    const [found] = parse(await ranCommand(mesh, "explain", what, "-n", "shop", "-o", "json")) as [
      SidecarExplanation,
    ];
    return found;
  };
  const setting = ({ settings }: SidecarExplanation, path: string) => {
    const { value, source } = settings.find((one) => one.path === path) ?? {};
    return [value, source];
  };

  before(async () => {
    mesh = await Mesh.start({ istioValues: ["components.cni.enabled=true"] });
    await mesh.namespace("shop");
    await mesh.deployment("shop", "api");
    await mesh.deployment("shop", "own", { annotations: { [`${traffic}/excludeInboundPorts`]: "7001" } });
    await mesh.api.request({
      method: "POST",
      path: "/api/v1/namespaces/shop/pods",
      body: { metadata: { name: "bare" }, spec: { containers: [{ name: "app", image: "app:1" }] } },
    });
  });
  after(() => mesh?.stop());

  test("a preview lists pods by what changes in istio-validation, and up brings it, with the plugin's annotations", async () => {
    const preview = succeeded(await pulumi.preview({ ...stack(), diff: true }));
    assert.match(preview.stdoutText, /initResources\.limits\.cpu/);
    succeeded(await pulumi.up(stack()));
    const pod = await mesh.pod("shop", "api");
    const init = container(pod, "istio-validation");
    assert.equal(init.resources?.limits?.cpu, "900m");
    assert.equal(argument(init, "-d"), "15090,15021,9191,9300,15020");
    assert.equal(pod.metadata.annotations?.[`${traffic}/excludeInboundPorts`], "9191,9300,15020");
    assert.equal(pod.metadata.annotations?.[`${traffic}/excludeOutboundIPRanges`], "169.254.169.254/32");
    assert.deepEqual(
      new Set(Object.values(operations(succeeded(await pulumi.preview(stack()))))),
      new Set(["same"]),
    );
  });

  test("explain takes nothing that the injector wrote on a running pod for the pod's own", async () => {
    const { metadata } = await mesh.pod("shop", "api");
    for (const what of ["deployment/api", `pod/${metadata.name}`]) {
      const found = await explained(what);
      assert.deepEqual(setting(found, "capture.excludeInboundPorts"), ["9300", "namespace"], what);
      assert.deepEqual(setting(found, "interceptionMode"), [undefined, undefined], what);
      assert.equal(
        found.warnings.some((warning) => /takes for \*/.test(warning)),
        true,
        what,
      );
    }
  });

  test("a running pod's own annotation is told from what the injector adds to it", async () => {
    const { metadata } = await mesh.pod("shop", "own");
    assert.equal(metadata.annotations?.[`${traffic}/excludeInboundPorts`], "9191,7001,15020");
    for (const what of ["deployment/own", `pod/${metadata.name}`])
      assert.deepEqual(setting(await explained(what), "capture.excludeInboundPorts"), ["7001", "pod"], what);
  });

  test("explain says of a bare pod that it can't tell its own annotations from the injector's", async () => {
    const found = await explained("pod/bare");
    assert.deepEqual(setting(found, "capture.excludeInboundPorts"), ["9300", "namespace"]);
    assert.match(
      found.warnings.join("\n"),
      /it can't be told which of .*excludeInboundPorts.* the pod had itself/,
    );
  });

  test("status calls the pods up to date, and nothing overruled", async () => {
    const status = await ranCommand(mesh, "status");
    assert.match(status, /3 workloads in 1 namespace: 2 up to date, 1 unmanaged/);
    assert.doesNotMatch(status, /overruled/);
  });
});
