/*
 * Puts a bundle in the place of dist/cluster/kubeConfig.js: what reading a kubeconfig needs of @kubernetes/client-node, which otherwise
 * loads a class for each of Kubernetes' types in every operation. The licenses of what is in it go to dist/THIRD-PARTY-LICENSES.txt.
 */

import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build, type Plugin } from "esbuild";

const root = join(__dirname, "..");
const dist = join(root, "provider/dist");

async function bundleKubeConfig(): Promise<void> {
  const outfile = join(dist, "cluster/kubeConfig.js");
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ["provider/cluster/kubeConfig.ts"],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    legalComments: "none",
    logLevel: "warning",
    metafile: true,
    plugins: [withoutUnused],
  });
  // the compiler's, of the module that was replaced
  rmSync(`${outfile}.map`, { force: true });
  const [output] = Object.values(metafile.outputs);
  const used = Object.entries(output?.inputs ?? {}).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  const packages = new Set(used.map(([path]) => packageOf(path)).filter((path) => path !== undefined));
  writeFileSync(
    join(dist, "THIRD-PARTY-LICENSES.txt"),
    [...packages]
      .sort()
      .map(licenseOf)
      .join(`\n${"-".repeat(80)}\n\n`),
  );
}

/** Its classes assign to themselves when they are loaded, so that they would count as used. */
const withoutUnused: Plugin = {
  name: "without unused parts of @kubernetes/client-node",
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.{1,2}\// }, ({ importer, path }) =>
      importer.includes("@kubernetes/client-node/dist")
        ? { path: join(dirname(importer), path), sideEffects: false }
        : undefined,
    ),
};

/** The folder of the package that a file belongs to. */
function packageOf(path: string): string | undefined {
  return /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0];
}

function licenseOf(folder: string): string {
  const { name, version, license, author, homepage } = JSON.parse(
    readFileSync(join(root, folder, "package.json"), "utf8"),
  ) as Manifest;
  if (!license) throw new Error(`${folder}/package.json: expected a license, found none`);
  const files = readdirSync(join(root, folder)).filter((file) => /^(licen[cs]e|notice)/i.test(file));
  const texts = files.map((file) => readFileSync(join(root, folder, file), "utf8").trim());
  const by = typeof author === "object" ? author.name : author;
  // old packages have no more than these
  const rest = texts.length > 0 ? [] : [[by, homepage].filter((text) => text !== undefined).join("\n")];
  return [`${name} ${version} (${license})`, ...texts, ...rest].join("\n\n").concat("\n");
}

interface Manifest {
  name: string;
  version: string;
  license?: string;
  author?: string | { name: string };
  homepage?: string;
}

void bundleKubeConfig();
