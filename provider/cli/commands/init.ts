import { dirname, join, relative, resolve } from "node:path";
import { type ExitCode, exitCodes } from "../exitCodes.js";
import type { Io } from "../Io.js";

// npm never packs a file called .gitignore
const shipped: Readonly<Record<string, string>> = {
  "Pulumi.yaml": "Pulumi.yaml",
  "index.ts": "index.ts",
  "settings.yaml": "settings.yaml",
  "tsconfig.json": "tsconfig.json",
  ".gitignore": "gitignore",
  ".github/workflows/sidecar-settings.yml": ".github/workflows/sidecar-settings.yml",
};

/** Writes a Pulumi project for a settings.yaml, and prints the next steps. Writes nothing if any file already exists. */
export async function init(io: Io, folder: string): Promise<ExitCode> {
  const files: Record<string, string> = { "package.json": await manifest(io) };
  for (const [path, source] of Object.entries(shipped))
    files[path] = await io.readFile(join(io.packageFolder, "project", source));
  const paths = Object.keys(files).sort();

  const present: string[] = [];
  for (const path of paths) if (await io.exists(join(folder, path))) present.push(path);
  if (present.length > 0)
    throw new Error(
      `${present.length === 1 ? "a file is" : `${present.length} files are`} in the way, and nothing was written: ${present.map((path) => join(folder, path)).join(", ")}. ` +
        "Name an empty folder: init FOLDER",
    );
  for (const path of paths) await io.writeNewFile(join(folder, path), files[path] ?? "");

  const here = relative(".", folder) === "";
  io.out(
    [
      `Wrote ${paths.length} files${here ? "" : ` to ${folder}`}: ${paths.join(", ")}`,
      "",
      "Next:",
      ...(here ? [] : [`  cd ${folder}`]),
      "  npm install",
      "  pulumi stack init prod",
      "  pulumi preview --diff",
      "",
      "settings.yaml sets nothing yet. After npm install, this writes down what the mesh has already:",
      "  npx sidecar-settings import > settings.yaml",
      ...(await workflowNote(io, folder)),
      "",
    ].join("\n"),
  );
  return exitCodes.done;
}

/** The project's package.json, with this release of the package and its peer dependencies. */
async function manifest(io: Io): Promise<string> {
  const own = JSON.parse(await io.readFile(join(io.packageFolder, "package.json"))) as {
    name: string;
    version: string;
    peerDependencies: Record<string, string>;
  };
  const project = {
    name: "sidecar-settings",
    private: true,
    main: "index.ts",
    dependencies: { ...own.peerDependencies, [own.name]: `^${own.version}` },
    // for compiling the program
    devDependencies: { "@types/node": "^20.19.0", typescript: "~5.9.3" },
  };
  return `${JSON.stringify(project, undefined, 2)}\n`;
}

/** GitHub reads workflows only in a repository's root. */
async function workflowNote(io: Io, folder: string): Promise<string[]> {
  const project = resolve(folder);
  for (let at = project; ; at = dirname(at)) {
    if (await io.exists(join(at, ".git")))
      return at === project
        ? []
        : [
            "",
            `GitHub reads workflows in ${at} only: move .github/workflows/sidecar-settings.yml there, and set`,
            `defaults.run.working-directory in it to ${relative(at, project)}, and its paths to match.`,
          ];
    if (at === dirname(at)) return [];
  }
}
