import { readFileSync } from "node:fs";
import { join } from "node:path";
import { printed } from "./printed";

const repository = join(__dirname, "../..");

/** The package as it would be published. */
export interface PackedProvider {
  path: string;
  /** The paths in it. */
  files: readonly string[];
}

export function packProvider(folder: string): PackedProvider {
  const args = ["pack", "--json", "--pack-destination", folder];
  const [packed] = JSON.parse(printed("npm", args, join(repository, "provider"))) as {
    filename: string;
    files: { path: string }[];
  }[];
  if (packed === undefined) throw new Error("npm packed nothing");
  return { path: join(folder, packed.filename), files: packed.files.map(({ path }) => path) };
}

/** What users have beside it, in the versions of this repository: name -> version. */
export function peers(): Record<string, string> {
  const { devDependencies } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as {
    devDependencies: Record<string, string>;
  };
  return Object.fromEntries(
    ["@pulumi/pulumi", "@pulumi/kubernetes"].map((name) => [name, devDependencies[name] ?? ""]),
  );
}
