import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { layersOf } from "../../provider/configMap/layersOf";
import { configMapName } from "../../provider/injector/Injector";
import { goProgram } from "../pulumi/goProgram";
import { javaProgram } from "../pulumi/javaProgram";
import type { ProgramResult } from "../pulumi/ProgramResult";
import { pulumi } from "../pulumi/pulumi";
import { pythonWithSdk } from "../pulumi/pythonSdk";
import { isOnPath } from "../pulumi/toolchain";
import { container, Mesh, succeeded } from "./Mesh";
import { writeProgram, yamlProgram } from "./yamlProgram";

const root = join(__dirname, "../..");

describe("programs in every language", () => {
  let mesh: Mesh;
  let folder: string;
  let python: string;
  let installed: Record<string, string>;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "sidecar-languages-"));
    [mesh, python] = await Promise.all([Mesh.start(), pythonWithSdk(folder)]);
    installed = await configMap();
    for (const namespace of ["shop", "cart"]) await mesh.namespace(namespace);
    await mesh.deployment("shop", "api");
    await mesh.deployment("shop", "checkout");
    await mesh.deployment("cart", "api");
  });
  after(async () => {
    await mesh?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const configMap = async () =>
    (await mesh.configMap("istio-system", configMapName({ namespace: "istio-system" }))) ?? {};
  const inTypeScript = (cwd: string) => mesh.program(basename(cwd), cwd, {});
  const inYaml = (cwd: string) => mesh.program(basename(cwd), cwd, {}, { language: "yaml" });
  const inPython = (cwd: string) =>
    mesh.program(basename(cwd), cwd, {}, { language: "python", path: [python] });
  const inGo = (cwd: string) => mesh.program(basename(cwd), cwd, {}, { language: "go" });
  const inJava = (cwd: string) => mesh.program(basename(cwd), cwd, {}, { language: "java" });
  // a JDK and Maven are asked of nobody who works on something else; the workflow has both
  const withJava = isOnPath("mvn") || process.env.GITHUB_ACTIONS !== undefined;

  test("the same mesh gives the same ConfigMap, preview and pods; destroy restores every byte", async (context) => {
    if (!withJava) context.diagnostic("without Java: there is no mvn on PATH");
    const seen = [];
    for (const [options, project] of [
      [inTypeScript(join(__dirname, "languagesProgram")), "settings-in-typescript"],
      [inYaml(join(root, "examples/yaml")), "settings-in-yaml"],
      [inPython(join(root, "examples/python")), "settings-in-python"],
      [inGo(await goProgram(join(root, "examples/go"), join(folder, "go"))), "settings-in-go"],
      ...(withJava
        ? ([
            [
              inJava(await javaProgram(join(root, "examples/java"), join(folder, "java"))),
              "settings-in-java",
            ],
          ] as const)
        : []),
    ] as const) {
      const preview = succeeded(await pulumi.preview(options));
      const up = succeeded(await pulumi.up(options));
      const owned = JSON.stringify(await configMap());
      const owner = `organization/${project}/${options.stack}:`;
      assert.ok(owned.includes(owner), owner);
      const pods = {
        api: await sidecar("shop", "api"),
        checkout: await sidecar("shop", "checkout"),
        cart: await sidecar("cart", "api"),
      };
      // what global settings changed for levels that were written before them
      const again = succeeded(await pulumi.preview(options));
      seen.push({
        inputs: inputsOf(preview),
        data: owned.replaceAll(owner, ""),
        pods,
        outputs: up.outputs,
        restarted: restarted(up),
        again: again.summary,
      });
      succeeded(await pulumi.destroy(options));
      assert.deepEqual(await configMap(), installed);
    }
    const [typescript, ...others] = seen;
    assert.equal(typescript?.pods.api.cpu, "1");
    assert.match(JSON.stringify(typescript?.pods.checkout), /concurrency[^a-z]*4/);
    assert.deepEqual(typescript?.outputs, { limits: { cpu: "1", memory: "1Gi" }, restarted: 3 });
    assert.ok(Object.keys(typescript?.inputs["mesh-rollout"]?.restarts ?? {}).length > 0);
    assert.equal(others.length, withJava ? 4 : 3);
    for (const other of others) assert.deepEqual(other, typescript);
  });

  const sidecar = async (namespace: string, app: string) => {
    const { args = [], env = [], resources } = container(await mesh.pod(namespace, app), "istio-proxy");
    // what names the pod itself differs
    return { args, env: env.filter(({ value }) => value !== undefined), cpu: resources?.limits?.cpu };
  };

  test("invalid settings give the same problems at the same paths", async () => {
    const wrong = {
      namespace: "shop",
      proxyResources: { limits: { cpu: "two", memory: "1Gi" }, requests: { cpu: -1 } },
      capture: { excludeInboundPorts: [99999, "80"] },
      drainDuration: "10 seconds",
      rollout: { pauseBetween: "soon" },
    };
    const inFile = await writeProgram(
      folder,
      "wrong-python",
      { runtime: "python" },
      {
        "__main__.py": `import pulumi_istio_sidecar as sidecar
sidecar.NamespaceSidecarSettings("shop", namespace="shop",
  proxy_resources={"limits": {"cpu": "two", "memory": "1Gi"}, "requests": {"cpu": -1}},
  capture={"exclude_inbound_ports": [99999, "80"]}, drain_duration="10 seconds", rollout={"pause_between": "soon"})\n`,
      },
    );
    const found = [];
    for (const options of [
      mesh.stack("wrong-typescript", { namespaces: { shop: wrong } }),
      inYaml(await yamlProgram(folder, "wrong-yaml", wrong)),
      inPython(inFile),
    ]) {
      const preview = await pulumi.preview(options);
      assert.equal(preview.ok, false);
      found.push(problems(preview));
    }
    const [expected, ...others] = found;
    assert.equal(expected?.length, 5, `${expected}`);
    assert.match(expected?.join("\n") ?? "", /proxyResources\.limits\.cpu .* got "two"/s);
    for (const one of others) assert.deepEqual(one, expected);
  });

  test("a namespace of one stack is refused to a stack in another language, in the preview", async () => {
    const owner = inPython(join(root, "examples/python"));
    succeeded(await pulumi.up(owner));
    try {
      const preview = await pulumi.preview(
        inYaml(await yamlProgram(folder, "intruder", { namespace: "shop", dnsProxy: true })),
      );
      assert.equal(preview.ok, false);
      assert.match(
        preview.stdoutText,
        /shop: its sidecar settings belong to organization\/settings-in-python\/python:shop, of another stack/,
      );
      // other levels of one injector are anybody's
      const cwd = await yamlProgram(folder, "neighbour", {
        namespace: "cart",
        publish: false,
        dnsProxy: true,
      });
      succeeded(await pulumi.up(inYaml(cwd)));
      assert.deepEqual(await targets(), ["*", "cart", "shop", "shop/checkout"]);
      succeeded(await pulumi.destroy(inYaml(cwd)));
    } finally {
      succeeded(await pulumi.destroy(owner));
    }
    assert.deepEqual(await configMap(), installed);
  });

  const targets = async () => Object.keys(layersOf(await mesh.injector())).sort();
});

/** What a preview says of each resource, without what only one way of running it has. */
function inputsOf(preview: ProgramResult): Record<string, Record<string, unknown>> {
  const ours = preview.steps.filter(({ type }) =>
    /:(SettingsLayer|SidecarRollout|PublishedSettings)$/.test(type),
  );
  return Object.fromEntries(
    ours.map(({ name, newState }) => {
      const { __provider, owner, ...inputs } = newState?.inputs ?? {};
      return [name, inputs];
    }),
  );
}

/** What an operation restarted. Of two levels that reach a workload, either may come first, and counts it. */
function restarted({ diagnostics }: ProgramResult): string[] {
  const told = diagnostics.flatMap(({ message }) =>
    [...message.matchAll(/(\[\w+\]) \d+\/\d+ restarted (\S+)/g)].map(([, place, name]) => `${place} ${name}`),
  );
  return told.sort();
}

/** Each problem as the CLI shows it, with its path. */
function problems({ diagnostics }: ProgramResult): string[] {
  return (
    diagnostics
      // besides, a program in another language may say that Pulumi has ended
      .filter(({ severity, message }) => severity === "error" && message.includes("'shop-layer'"))
      .map(({ message }) => message.replace(/^\S+ (?=resource)/, "").trim())
      .sort()
  );
}
