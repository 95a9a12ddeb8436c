import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

/** Every Node.js on this machine that the package is for, by its version: the one that runs, those on PATH and version managers'. */
export function nodesPresent(): ReadonlyMap<string, string> {
  const managed = [join(homedir(), ".nvm/versions/node"), join(homedir(), ".local/share/fnm/node-versions")]
    .filter(existsSync)
    .flatMap((folder) => readdirSync(folder).map((version) => join(folder, version)))
    .flatMap((folder) => [join(folder, "bin"), join(folder, "installation/bin")]);
  const named = ["node", ...[20, 22, 24, 26].map((major) => `node${major}`)];
  const found = [...(process.env.PATH ?? "").split(delimiter), ...managed].flatMap((folder) =>
    named.map((name) => join(folder, name)).filter(existsSync),
  );
  const nodes = new Map([[process.version, process.execPath]]);
  for (const path of found) {
    const version = spawnSync(path, ["--version"], { encoding: "utf8" }).stdout?.trim() ?? "";
    const [, major = "0", minor = "0"] = /^v(\d+)\.(\d+)/.exec(version) ?? [];
    const isSupported = Number(major) > 20 || (Number(major) === 20 && Number(minor) >= 19);
    if (isSupported && !nodes.has(version)) nodes.set(version, path);
  }
  return nodes;
}
