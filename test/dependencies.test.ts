import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { parse } from "yaml";

interface Manifest {
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

interface Locked extends Manifest {
  link?: boolean;
  dev?: boolean;
  resolved?: string;
  integrity?: string;
}

const root = join(__dirname, "..");
const text = (path: string) => readFileSync(join(root, path), "utf8");
const manifest = JSON.parse(text("provider/package.json")) as Manifest;
const { packages } = JSON.parse(text("package-lock.json")) as { packages: Record<string, Locked> };

describe("what is published", () => {
  it("has the repository's license", () => {
    assert.equal(text("provider/LICENSE"), text("LICENSE"));
  });

  it("names the repository that it is built in", () => {
    const { jobs } = parse(text(".github/workflows/publish.yml")) as {
      jobs: { publish: { steps: { run?: string }[] } };
    };
    const runs = jobs.publish.steps.map(({ run = "" }) => run);
    const named = runs.findIndex((run) => run.startsWith("npm pkg set"));
    assert.ok(named >= 0 && named < runs.findIndex((run) => run.startsWith("npm publish")));
    for (const field of ["repository.url", "homepage", "bugs.url"])
      assert.ok(runs[named]?.includes(`${field}=`), field);
  });
});

describe("the page on npm", () => {
  it("has whole links once it is published", async () => {
    const { jobs } = parse(text(".github/workflows/publish.yml")) as {
      jobs: { publish: { steps: { name?: string; run?: string }[] } };
    };
    const script = jobs.publish.steps.find(({ name }) => name === "Links")?.run ?? "";
    const folder = await mkdtemp(join(tmpdir(), "sidecar-readme-"));
    try {
      await writeFile(join(folder, "README.md"), text("provider/README.md"));
      const { status, stderr } = spawnSync("bash", ["-ec", script], {
        cwd: folder,
        encoding: "utf8",
        env: { ...process.env, GITHUB_REPOSITORY: "acme/mesh", GITHUB_SHA: "0123abc" },
      });
      assert.equal(status, 0, stderr);
      const links = [...(await readFile(join(folder, "README.md"), "utf8")).matchAll(/\]\(([^)]+)\)/g)];
      assert.ok(links.length > 5);
      for (const [, link = ""] of links)
        assert.match(link, /^https:\/\/github\.com\/acme\/mesh\/blob\/0123abc\/(docs\/|CHANGELOG)/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe("the plugin", () => {
  const plugin = JSON.parse(text("plugin/package.json")) as Manifest & { version: string };

  it("runs the package of its own version, and the SDK that the tests run on", () => {
    const { version } = JSON.parse(text("provider/package.json")) as { version: string };
    const { devDependencies } = JSON.parse(text("package.json")) as Manifest;
    assert.equal(plugin.version, version);
    assert.deepEqual(plugin.dependencies, {
      "@pulumi/pulumi": devDependencies?.["@pulumi/pulumi"],
      "pulumi-istio-sidecar": version,
    });
  });

  it("is named by its version in what people copy", () => {
    const { version } = plugin;
    for (const page of ["docs/languages.md", "docs/installation-configuration.md"]) {
      const named = [...text(page).matchAll(/plugin@v(\S+)|istio-sidecar (\d\S*)|sidecar-v(\d[\d.]*\d)/g)];
      assert.ok(named.length > 1, page);
      for (const [found, ...versions] of named) assert.ok(versions.includes(version), found);
    }
  });
});

describe("dependencies", () => {
  it("of the package are these, and each has its reason in CONTRIBUTING.md", () => {
    const wanted = ["commander", "fastest-levenshtein", "ipaddr.js", "rfc6902", "yaml", "zod"];
    assert.deepEqual(Object.keys(manifest.dependencies ?? {}), wanted);
    const peers = ["@pulumi/kubernetes", "@pulumi/pulumi"];
    assert.deepEqual(Object.keys(manifest.peerDependencies ?? {}), peers);
    assert.equal(manifest.optionalDependencies, undefined);
    const dev = Object.keys((JSON.parse(text("package.json")) as Manifest).devDependencies ?? {});
    const reasons = text("CONTRIBUTING.md").split("## Dependencies, and why")[1] ?? "";
    // types of what stands there itself
    const named = [...wanted, ...peers, ...dev].filter((name) => !name.startsWith("@types/"));
    assert.deepEqual(
      named.filter((name) => !reasons.includes(`\`${name}\``)),
      [],
    );
  });

  it("run nothing when the package is installed", () => {
    const scripts = Object.keys(manifest.scripts ?? {});
    assert.deepEqual(
      scripts.filter((name) => /install|^prepare$/.test(name)),
      [],
    );
  });

  it("are locked, each to a hash of its content, and come from no other place than the registry", () => {
    const installed = Object.entries(packages).filter(
      ([path, { link }]) => path.startsWith("node_modules/") && !link,
    );
    assert.ok(installed.length > 100, `${installed.length} packages`);
    assert.deepEqual(
      installed
        .filter(([, { integrity }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? ""))
        .map(([path]) => path),
      [],
    );
    assert.deepEqual(
      installed.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path),
      [],
      "an address would tie everybody to one registry",
    );
  });
});

describe("the workflows of this repository", () => {
  const workflow = (name: string) => parse(text(`.github/workflows/${name}.yml`)) as Workflow;

  it("have no right but to read, and for publishing to sign and to add files to the release", () => {
    for (const name of ["ci", "publish"]) assert.deepEqual(workflow(name).permissions, { contents: "read" });
    const rights = ["ci", "publish"].flatMap((name) =>
      Object.values(workflow(name).jobs).flatMap(({ permissions }) => (permissions ? [permissions] : [])),
    );
    assert.deepEqual(rights, [{ contents: "read", "id-token": "write" }, { contents: "write" }]);
  });

  it("audit what users install, and publish with provenance", () => {
    const commands = (name: string) =>
      Object.values(workflow(name).jobs).flatMap(({ steps }) => steps.map(({ run }) => run));
    assert.ok(commands("ci").includes("npm audit --audit-level=high"));
    assert.ok(commands("publish").includes("npm publish --provenance --access public"));
  });
});

interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<string, { permissions?: Record<string, string>; steps: { run?: string }[] }>;
}
