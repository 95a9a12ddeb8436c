import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import ts from "typescript";
import { steps } from "../examples/asm-walkthrough/steps";
import type { Io } from "../provider/cli/Io";
import { program } from "../provider/cli/program";
import { readPlatformFile } from "../provider/platformFile/readPlatformFile";
import { blocksIn, commandsIn, documents } from "./documents";

const root = join(__dirname, "..");

/** The command line, with each command only noting that it would run. */
function parsed(args: readonly string[]): void {
  const command = program({ out: () => {}, err: () => {} } as unknown as Io, "0", () => {});
  for (const one of command.commands) one.action(() => {});
  command.parse(args, { from: "user" });
}

for (const { path, text } of documents) {
  describe(path, () => {
    it("has no link to a file that is not there", () => {
      const missing = [...text.matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)]
        .map(([, target = ""]) => target)
        .filter((target) => !existsSync(join(root, dirname(path), target)));
      assert.deepEqual(missing, []);
    });

    it("names commands as they are", () => {
      for (const args of commandsIn(text)) {
        if (args[0] === "--help") continue;
        // prose names a command without its file
        const needsFile =
          ["explain", "diff", "render", "report"].includes(args[0] ?? "") && args.length === 1;
        assert.doesNotThrow(() => parsed(needsFile ? [...args, "-"] : args), `${path}: ${args.join(" ")}`);
      }
    });

    it("has settings files that the reader takes", () => {
      for (const yaml of blocksIn(text, "yaml")) {
        if (/^(#.*\n)*(global|namespaces|workloads|rollout|waves):/.test(yaml)) readPlatformFile(yaml, path);
      }
    });
  });
}

describe("programs in documents", () => {
  const programs = documents.flatMap(({ path, text }) =>
    blocksIn(text, "ts").map((block, index) => ({
      // where a program of the repository would be, so that it finds the same packages
      file: join(root, "test", `${path.replaceAll(/\W/g, "-")}-${index}.ts`),
      block,
    })),
  );

  it("compile, all of them", () => {
    assert.ok(programs.length >= 3, "there are some");
    assert.deepEqual(problemsIn(programs), []);
  });

  it("are seen not to, where they don't", () => {
    const wrong = {
      file: join(root, "test", "wrong.ts"),
      block: 'import { Nothing } from "pulumi-istio-sidecar";\n',
    };
    assert.match(problemsIn([wrong]).join(), /wrong\.ts: .*no exported member 'Nothing'/);
  });
});

/** What the compiler says of programs that are in no file. */
function problemsIn(programs: readonly { file: string; block: string }[]): string[] {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const texts = new Map(programs.map(({ file, block }) => [file, block]));
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => texts.has(file) || fileExists(file);
  host.readFile = (file) => texts.get(file) ?? readFile(file);
  host.getSourceFile = (file, version, ...rest) => {
    const block = texts.get(file);
    return block === undefined
      ? getSourceFile(file, version, ...rest)
      : ts.createSourceFile(file, block, version);
  };
  const compiled = ts.createProgram([...texts.keys()], { ...options, noEmit: true }, host);
  return [...texts.keys()].flatMap((file) => {
    const source = compiled.getSourceFile(file);
    return [...compiled.getSyntacticDiagnostics(source), ...compiled.getSemanticDiagnostics(source)].map(
      ({ messageText }) => `${file}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`,
    );
  });
}

describe("the recording of the demo", () => {
  const recording = readFileSync(join(root, "examples/asm-walkthrough/recording.txt"), "utf8");

  it("has every step", () => {
    for (const [index, { title }] of steps.entries())
      assert.ok(recording.includes(`Step ${index + 1} of ${steps.length}: ${title}\n`), title);
  });

  it("is what the README shows of it", () => {
    const readme = documents.find(({ path }) => path === "README.md")?.text ?? "";
    const [, block = ""] =
      /<!-- recording -->\n```\n([\s\S]*?)\n```\n<!-- \/recording -->/.exec(readme) ?? [];
    assert.ok(block.length > 500, "the README has a recording");
    assert.ok(recording.includes(block), "npm run demo -- --record writes both");
  });
});
