import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { container, Mesh, operations, succeeded } from "../e2e/Mesh";
import { pulumiEnvironment } from "../pulumi/environment";
import { pulumi } from "../pulumi/pulumi";
import { toolchain } from "../pulumi/toolchain";
import { type PackedProvider, packProvider, peers } from "./packedProvider";
import { printed } from "./printed";

interface PackageManager {
  name: string;
  /** The command and its arguments; its own caches go to the folder. */
  install: (folder: string) => readonly string[];
  env?: (folder: string, registry: string) => Record<string, string>;
  /** How people run the package without installing it; npx is tried with the documents. */
  runOnce?: (tarball: string) => readonly string[];
  /** Whether the program is run on the cluster as well, and not only previewed, which loads the package in the same processes. */
  up?: boolean;
  /** Files that the project has for it. */
  files?: Record<string, string>;
}

/** Each lays node_modules out in its own way: flat, by links into a store, flat once more. */
const managers: readonly PackageManager[] = [
  {
    name: "npm",
    install: () => ["npm", "install", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"],
  },
  {
    name: "pnpm",
    up: true,
    runOnce: (tarball) => ["npx", "--yes", "pnpm@10.34.9", "dlx", `file:${tarball}`],
    // every package has what it depends on, and nothing else
    files: { ".npmrc": "hoist=false\n" },
    install: (folder) => [
      ...["npx", "--yes", "pnpm@10.34.9", "install", "--ignore-scripts"],
      ...["--store-dir", join(folder, ".store"), "--package-import-method", "copy"],
    ],
    env: (folder) => ({ XDG_CACHE_HOME: join(folder, ".cache"), XDG_STATE_HOME: join(folder, ".state") }),
  },
  {
    name: "yarn 1",
    install: (folder) => [
      // Pulumi's own engines are an error to this one, and a warning to the others
      ...["npx", "--yes", "yarn@1.22.22", "install", "--ignore-scripts", "--ignore-engines"],
      ...["--non-interactive", "--no-lockfile", "--cache-folder", join(folder, ".cache")],
    ],
    env: (_folder, registry) => ({ YARN_REGISTRY: registry, YARN_DISABLE_SELF_UPDATE_CHECK: "true" }),
  },
  {
    // Pulumi reads programs from node_modules only
    name: "yarn 4 with node_modules",
    install: () => [
      "npx",
      "--yes",
      "--package=@yarnpkg/cli-dist@4.18.1",
      "yarn",
      "install",
      "--mode=skip-build",
    ],
    runOnce: (tarball) => [
      ...["npx", "--yes", "--package=@yarnpkg/cli-dist@4.18.1", "yarn", "dlx", "--quiet"],
      `pulumi-istio-sidecar@file:${tarball}`,
    ],
    files: { ".yarnrc.yml": "nodeLinker: node-modules\n", "yarn.lock": "" },
    env: (folder, registry) => ({
      YARN_NPM_REGISTRY_SERVER: registry,
      YARN_GLOBAL_FOLDER: join(folder, ".global"),
      YARN_ENABLE_TELEMETRY: "false",
      YARN_ENABLE_IMMUTABLE_INSTALLS: "false",
    }),
  },
];

describe("a program in a project of its own, with the packed package", () => {
  let mesh: Mesh;
  let folder: string;
  let packed: PackedProvider;
  let registry: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "sidecar-managers-"));
    packed = packProvider(folder);
    registry = printed("npm", ["config", "get", "registry"], folder).trim();
    mesh = await Mesh.start();
    await mesh.namespace("shop");
    await mesh.deployment("shop", "api");
  });
  after(async () => {
    await mesh?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  for (const { name, runOnce, env } of managers) {
    if (!runOnce) continue;
    test(`run once by ${name}, without being installed`, async () => {
      const empty = join(folder, `${name.replaceAll(" ", "-")}-once`);
      await mkdir(empty);
      const [command = "", ...args] = runOnce(packed.path);
      assert.match(
        printed(command, [...args, "--help"], empty, env?.(empty, registry)),
        /^Usage: sidecar-settings/m,
      );
    });
  }

  for (const { name, install, env, files, up } of managers) {
    test(`installed by ${name}: ${up ? "preview, up and destroy" : "preview"}`, async () => {
      const project = join(folder, name.replaceAll(" ", "-"));
      await mkdir(project);
      const dependencies = { "pulumi-istio-sidecar": `file:${packed.path}`, ...peers() };
      const written: Record<string, string> = {
        "Pulumi.yaml": "name: installed\nruntime: nodejs\n",
        "package.json": JSON.stringify({ name: "installed", private: true, main: "index.js", dependencies }),
        "index.js": [
          'const { NamespaceSidecarSettings } = require("pulumi-istio-sidecar");',
          "const proxyResources = { limits: { cpu: 3 } };",
          'new NamespaceSidecarSettings("shop", { namespace: "shop", injectorTimeout: "30s", proxyResources });',
        ].join("\n"),
        ...files,
      };
      for (const [path, text] of Object.entries(written)) await writeFile(join(project, path), text);
      const [command = "", ...args] = install(project);
      printed(command, args, project, env?.(project, registry));

      const options = mesh.program("installed", project, {}, { state: join(folder, `${name} state`) });
      const preview = succeeded(await pulumi.preview({ ...options, diff: true }));
      assert.deepEqual(new Set(Object.values(operations(preview))), new Set(["create"]), preview.stdoutText);
      assert.match(
        preview.stdoutText,
        /proxyResources\.limits\.cpu 2 -> 3 *: \{[^}]*Deployment\/api *: "1 pod"/,
      );
      if (!up) return;
      succeeded(await pulumi.up(options));
      assert.equal(container(await mesh.pod("shop", "api"), "istio-proxy").resources?.limits?.cpu, "3");
      succeeded(await pulumi.destroy(options));
      assert.equal(container(await mesh.pod("shop", "api"), "istio-proxy").resources?.limits?.cpu, "2");
    });
  }

  test("an inline program of the Automation API: preview, up and destroy", async () => {
    const project = join(folder, "automation");
    await mkdir(project);
    const dependencies = { "pulumi-istio-sidecar": `file:${packed.path}`, ...peers() };
    await writeFile(join(project, "package.json"), JSON.stringify({ private: true, dependencies }));
    const program = `
      const { LocalWorkspace } = require("@pulumi/pulumi/automation");
      const { NamespaceSidecarSettings } = require("pulumi-istio-sidecar");
      const program = async () => {
        const proxyResources = { limits: { cpu: 3 } };
        new NamespaceSidecarSettings("shop", { namespace: "shop", injectorTimeout: "30s", proxyResources });
      };
      void (async () => {
        const stack = await LocalWorkspace.createOrSelectStack({ stackName: "inline", projectName: "inline", program });
        const { changeSummary, stdout } = await stack[process.argv[2]]();
        console.log(JSON.stringify(changeSummary ?? {}), stdout);
      })();`;
    await writeFile(join(project, "index.js"), program);
    const [npm] = managers;
    const [command = "", ...args] = npm?.install(project) ?? [];
    printed(command, args, project);
    const env = {
      ...(await pulumiEnvironment(await toolchain(), join(folder, "automation state"), {
        kubernetes: false,
      })),
      KUBECONFIG: mesh.cluster.kubeconfig,
    };
    const run = (operation: string) => printed("node", ["index.js", operation], project, env);
    const limit = async () => container(await mesh.pod("shop", "api"), "istio-proxy").resources?.limits?.cpu;

    assert.match(run("preview"), /^\{"create":5\}[\s\S]*namespace shop: 1 workload \(1 pod\) restarts/);
    assert.equal(await limit(), "2");
    run("up");
    assert.equal(await limit(), "3");
    run("destroy");
    assert.equal(await limit(), "2");
  });
});
