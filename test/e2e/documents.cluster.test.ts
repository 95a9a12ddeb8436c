import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { stringify } from "yaml";
import type { InjectorData } from "../../provider/configMap/InjectorData";
import { layersOf } from "../../provider/configMap/layersOf";
import { restartAnnotation } from "../../provider/rollout/policy/restartAnnotation";
import { packProvider } from "../package/packedProvider";
import { pulumiEnvironment } from "../pulumi/environment";
import { toolchain } from "../pulumi/toolchain";
import { ran, type Step, stepsOf } from "./followed";
import { container, Mesh } from "./Mesh";

const repository = join(__dirname, "../..");

describe("documents followed word by word, from an empty folder", () => {
  let mesh: Mesh;
  let folder: string;
  let tarball: string;
  let installed: InjectorData;
  before(async () => {
    mesh = await Mesh.start();
    folder = await mkdtemp(join(tmpdir(), "sidecar-documents-"));
    tarball = packProvider(folder).path;
    await mesh.namespace("shop");
    await mesh.deployment("shop", "api", { replicas: 2 });
    installed = await mesh.injector();
  });
  after(async () => {
    await mesh?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  // the package that is tested stands in for the one in the registry, and nobody is there to say yes
  const typed = (line: string) =>
    line
      .replace(/^npx pulumi-istio-sidecar /, `npx --yes pulumi-istio-sidecar@file:${tarball} `)
      .replace(/^npm install$/, `npm install --prefer-offline ${tarball}`)
      .replace(/^npm install pulumi-istio-sidecar /, `npm install --prefer-offline ${tarball} `);
  const environment = async (name: string) => ({
    ...(await pulumiEnvironment(await toolchain(), join(folder, `${name}-pulumi`), { kubernetes: false })),
    KUBECONFIG: mesh.cluster.kubeconfig,
    PULUMI_SKIP_CONFIRMATIONS: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    NO_COLOR: "1",
    npm_config_loglevel: "error",
    npm_config_audit: "false",
    npm_config_fund: "false",
  });
  const follow = async (
    name: string,
    steps: readonly Step[],
    check: (line: string, out: string) => unknown,
  ) => {
    const cwd = join(folder, name);
    await mkdir(cwd, { recursive: true });
    const env = await environment(name);
    for (const step of steps) {
      if ("write" in step) await writeFile(join(cwd, step.write), step.text);
      else await check(step.run, await ran(typed(step.run), cwd, env));
    }
  };
  const limits = async () => {
    const pods = await mesh.pods("shop", "api");
    return [...new Set(pods.map((pod) => container(pod, "istio-proxy").resources?.limits?.cpu))];
  };
  const both = async (line: string, out: string): Promise<void> => {
    if (line.startsWith("pulumi preview")) {
      assert.match(out, /Deployment\/api/);
      assert.deepEqual(await mesh.injector(), installed, "a preview writes nothing");
    }
    if (line.startsWith("pulumi up")) {
      assert.deepEqual(await limits(), ["1"]);
      assert.deepEqual(Object.keys(layersOf(await mesh.injector())), ["shop"]);
    }
    if (line.includes("explain")) assert.match(out, /proxyResources\.limits\.cpu +1 +namespace/);
    if (line.startsWith("pulumi destroy")) {
      assert.deepEqual(await limits(), ["2"], "Istio's own");
      assert.deepEqual(await mesh.injector(), installed);
      const pods = await mesh.pods("shop", "api");
      for (const { metadata } of pods) {
        const { [restartAnnotation]: mark, ...others } = metadata.annotations ?? {};
        assert.equal(mark, "none");
        assert.doesNotMatch(JSON.stringify(others), /sidecar-settings/);
      }
    }
  };

  test("docs/first-namespace.md: a settings.yaml by init, and back", async () => {
    const steps = stepsOf(await readFile(join(repository, "docs/first-namespace.md"), "utf8"));
    const lines: string[] = [];
    await follow("first", steps, async (line, out) => {
      lines.push(line);
      if (line.includes(" init") && line.startsWith("npx")) assert.match(out, /^Next:\n {2}npm install$/m);
      if (line.includes("doctor")) assert.match(out, /istio-sidecar-injector/);
      if (line.includes("status")) assert.match(out, /Deployment\/api/);
      await both(line, out);
    });
    for (const wanted of ["pulumi preview --diff", "pulumi up", "pulumi destroy"])
      assert.ok(lines.includes(wanted), wanted);
  });

  test("README.md: a program in TypeScript, and back", async () => {
    const cwd = join(folder, "readme");
    await mkdir(cwd);
    // what a person has who has a Pulumi program already
    await writeFile(join(cwd, "Pulumi.yaml"), stringify({ name: "readme", runtime: "nodejs" }));
    await writeFile(
      join(cwd, "package.json"),
      JSON.stringify({
        name: "readme",
        main: "index.ts",
        devDependencies: { typescript: "~5.9.3", "@types/node": "^20" },
      }),
    );
    await ran("pulumi stack init dev", cwd, await environment("readme"));
    const steps = stepsOf(await readFile(join(repository, "README.md"), "utf8"), "Your first namespace");
    const lines: string[] = [];
    await follow("readme", steps, async (line, out) => {
      lines.push(line);
      await both(line, out);
    });
    assert.equal(lines.length, 5, lines.join("\n"));
  });
});
