import { spawnSync } from "node:child_process";
import { join } from "node:path";

const provider = join(__dirname, "../../provider");

/** The package as npm would publish it. */
export interface Packed {
  /** Path of the tarball. */
  path: string;
  /** What is in it. */
  files: string[];
}

export function packInto(folder: string): Packed {
  const { status, stdout, stderr } = spawnSync("npm", ["pack", "--json", "--pack-destination", folder], {
    cwd: provider,
    encoding: "utf8",
    env: { ...process.env, npm_config_loglevel: "error" },
  });
  if (status !== 0) throw new Error(`npm pack: ${stdout}\n${stderr}`);
  const [packed] = JSON.parse(stdout) as { filename: string; files: { path: string }[] }[];
  if (!packed) throw new Error("npm pack packed nothing");
  return { path: join(folder, packed.filename), files: packed.files.map(({ path }) => path) };
}
