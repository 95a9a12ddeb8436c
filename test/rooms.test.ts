import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, it } from "node:test";
import ts from "typescript";

const provider = resolve(__dirname, "../provider");

/** The folders of the package, from the ground up: a file imports from its own folder and from those before it. */
const rooms = [
  "process",
  "data",
  "settings",
  "cluster",
  "pod",
  "levels",
  "template",
  "configMap",
  "explain",
  "ask",
  "injector",
  "rollout/observe",
  "rollout/policy",
  "rollout/plan",
  "rollout/execute",
  "rollout",
  "publish",
  "platformFile",
  "components",
  "mesh",
  "report",
  "cli",
  "plugin",
] as const;

/** What has no room: the package's entries, which may import from every room. */
const entries = ["index.ts", "dynamic.ts", "plugin.ts"];

/** Each file of the package, with the files that it imports, types included. */
const imports = new Map(
  readdirSync(provider, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !/^(dist|project|node_modules)\//.test(file))
    .map((file): [string, string[]] => {
      const { importedFiles } = ts.preProcessFile(readFileSync(join(provider, file), "utf8"));
      const own = importedFiles.map(({ fileName }) => fileName).filter((name) => name.startsWith("."));
      const at = dirname(join(provider, file));
      return [file, own.map((name) => relative(provider, resolve(at, name)).replace(/\.js$/, ".ts"))];
    }),
);

/** The innermost room that a file is in: where the list has it, from the ground up; -1 without one. */
function floorOf(file: string): number {
  const within = rooms.filter((room) => file.startsWith(`${room}/`));
  const innermost = within.sort((a, b) => b.length - a.length)[0];
  return innermost === undefined ? -1 : rooms.indexOf(innermost);
}

/** The files from one to itself, each importing the next; undefined where there is no such way. */
function circleFrom(start: string): string[] | undefined {
  const cameFrom = new Map<string, string>();
  // grows while it is walked
  const reached = new Set([start]);
  for (const file of reached) {
    for (const next of imports.get(file) ?? []) {
      if (next === start) {
        const way = [file];
        for (let at = file; at !== start; at = way[0] ?? start) way.unshift(cameFrom.get(at) ?? start);
        return [...way, start];
      }
      if (!reached.has(next)) cameFrom.set(next, file);
      reached.add(next);
    }
  }
  return undefined;
}

describe("the package's rooms", () => {
  it("every file is in one, or is an entry", () => {
    const homeless = [...imports.keys()].filter((file) => floorOf(file) === -1);
    assert.deepEqual(homeless.sort(), [...entries].sort());
  });

  it("imports point down", () => {
    const up = [...imports].flatMap(([file, imported]) =>
      imported
        .filter((to) => !entries.includes(file) && (entries.includes(to) || floorOf(to) > floorOf(file)))
        .map((to) => `${file} imports ${to}`),
    );
    assert.deepEqual(up, []);
  });

  it("every import is of a file that is there", () => {
    const missing = [...imports].flatMap(([file, imported]) =>
      imported.filter((to) => !imports.has(to)).map((to) => `${file} imports ${to}`),
    );
    assert.deepEqual(missing, []);
  });

  it("no file imports itself by way of others", () => {
    const circles = [...imports.keys()].map(circleFrom).filter((circle) => circle !== undefined);
    assert.deepEqual(
      circles.map((circle) => circle.join(" -> ")),
      [],
    );
  });

  it("only components/ and plugin/ run Pulumi's code", () => {
    const others = [...imports.keys()].filter(
      (file) =>
        !/^(components|plugin)\//.test(file) &&
        /^import (?!type )[^;]*"@pulumi\/|require\("@pulumi\//m.test(
          readFileSync(join(provider, file), "utf8"),
        ),
    );
    assert.deepEqual(others, []);
  });
});
