import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import ts from "typescript";
import { steps } from "../examples/asm-walkthrough/steps";
import type { Io } from "../provider/cli/Io";
import { program } from "../provider/cli/program";
import { anchorOf, messageHeadings, textsIn } from "../provider/data/helpAddress";
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

    it("has no link to a heading that is not there", () => {
      const missing = [...text.matchAll(/\]\(([^)#:\s]*)#([^)]+)\)/g)].flatMap(
        ([, target = "", anchor = ""]) => {
          const file = target === "" ? path : join(dirname(path), target);
          if (!file.endsWith(".md")) return [];
          return anchorsIn(readFileSync(join(root, file), "utf8")).has(anchor) ? [] : [`${target}#${anchor}`];
        },
      );
      assert.deepEqual(missing, []);
    });

    it("names commands that exist", () => {
      for (const args of commandsIn(text)) {
        if (args[0] === "--help") continue;
        // prose names a command without its file
        const needsFile =
          ["explain", "diff", "render", "report"].includes(args[0] ?? "") && args.length === 1;
        assert.doesNotThrow(() => parsed(needsFile ? [...args, "-"] : args), `${path}: ${args.join(" ")}`);
      }
    });

    it("has settings files that are valid", () => {
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

  it("are reported if they don't", () => {
    const wrong = {
      file: join(root, "test", "wrong.ts"),
      block: 'import { Nothing } from "pulumi-istio-sidecar";\n',
    };
    assert.match(problemsIn([wrong]).join(), /wrong\.ts: .*no exported member 'Nothing'/);
  });
});

/** The fragments of a document's headings. */
function anchorsIn(text: string): ReadonlySet<string> {
  const prose = text.replaceAll(/```[\s\S]*?```/g, "");
  return new Set([...prose.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => anchorOf(heading)));
}

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
});

describe("README.md", () => {
  const readme = documents.find(({ path }) => path === "README.md")?.text ?? "";

  it("can be read in a few minutes", () => {
    const lines = readme.trimEnd().split("\n");
    assert.ok(lines.length < 120, `${lines.length} lines`);
    assert.deepEqual(
      lines.filter((line) => line.length > 120),
      [],
    );
  });

  it("has first code that touches one namespace", () => {
    const [first = ""] = blocksIn(readme, "ts");
    assert.match(first, /new NamespaceSidecarSettings\(/);
    assert.ok(!first.includes("Global"));
  });

  it("shows what is in a real comment", () => {
    const [, block = ""] = /<!-- comment -->\n([\s\S]*?)\n<!-- \/comment -->/.exec(readme) ?? [];
    const shown = block.split("\n").map((line) => line.replace(/^> /, ""));
    assert.ok(shown.length >= 4);
    const real = readFileSync(
      join(root, "test/report/previews/settings-change-at-several-levels/comment.md"),
      "utf8",
    ).split("\n");
    assert.deepEqual(
      shown.filter((line) => !real.includes(line)),
      [],
    );
  });

  it("says how to test and how to see a demo", () => {
    for (const command of ["npm ci && npm test", "npm ci && npm run demo"])
      assert.ok(readme.includes(`\`${command}\``), command);
  });
});

describe("docs/README.md", () => {
  it("has every guide", () => {
    const index = documents.find(({ path }) => path === "docs/README.md")?.text ?? "";
    const missing = documents
      .map(({ path }) => path)
      .filter((path) => path.startsWith("docs/") && path !== "docs/README.md")
      .filter((path) => !index.includes(`(${path.slice("docs/".length)})`));
    assert.deepEqual(missing, []);
  });
});

/** What people are told and can act on, besides what is wrong in a settings file. */
const messages = [
  "namespace shop: its sidecar settings belong to acme/a/prod:shop, of another stack. Remove them",
  "namespace shop: two components of this program, a and b, have settings for it",
  "there is no ConfigMap istio-system/istio-sidecar-injector",
  "there is no revision canary in istio-system. Revisions: default.",
  "there is no namespace shpo. Did you mean shop?",
  "no answer from https://127.0.0.1:6443 (connection refused). Is the cluster up?",
  'no context "prd"; there are: prod, staging',
  "the kubeconfig's exec plugin kubelogin was not found. Install it, or add its folder to PATH.",
  "waiting for istiod to pick up the new settings (shop)",
  "the injector still gives pods other settings after 20 s",
  "values.global.sidecarSettings was changed by hand: it is not a map",
  "its layers were written by a newer pulumi-istio-sidecar (format 3, this one supports 2)",
  "istio-system/istio-sidecar-injector is rewritten by others again and again; run pulumi up again",
  "namespace shop: the settings are written, but pods are denied now for other reasons",
  "namespace shop: the settings were put back to what they were, since with them pods can't be created",
  "ConfigMap shop/sidecar-settings has a settings.yaml of somebody else's",
  "[shop] Deployment/api is waiting: paused",
  "[shop] Job/nightly is unmanaged: 1 pod with earlier settings",
  "✖ shop/Deployment/api: not ready in time: 0 of 1 pods ready",
  "✖ shop/Deployment/api: its restart gave 1 new pod (api-1) no sidecar, though the old ones had one: see whether",
  "2 of the restarts failed, 3 done; run pulumi up again to go on.",
  "overruled by another webhook or policy: proxyResources.limits.cpu: expected 1400m, got 300m",
  "env: expected a plain value, got a secret. Sidecar settings are stored in plain text",
  "lost from istio-system/istio-sidecar-injector, which helm rewrote",
];

describe("docs/troubleshooting.md", () => {
  const page = documents.find(({ path }) => path === "docs/troubleshooting.md")?.text ?? "";
  const sources = readdirSync(join(root, "provider"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !/(^|\/)(dist|node_modules)\//.test(path))
    .map((path) => readFileSync(join(root, "provider", path), "utf8"))
    .join("\n");
  // Kubernetes' own
  const others = /^cannot (update|create|list) resource$/;

  const headings = [...page.matchAll(/^### (`.*)$/gm)].map(([, heading = ""]) => ({
    heading,
    texts: textsIn(heading),
  }));
  const listed = ["settingsFiles", "injectors", "levels", "rollouts"].flatMap((name) =>
    readFileSync(join(root, "test/messages", `${name}.txt`), "utf8")
      .split("\n\n")
      .map((entry) => entry.split("\n").slice(1).join("\n"))
      // these say all there is to do
      .filter((message) => !/is a tag of revision|^ *cancelled:/.test(message)),
  );
  const inPreviews = readdirSync(join(root, "test/e2e/previews")).flatMap(
    (file) => readFileSync(join(root, "test/e2e/previews", file), "utf8").match(/^error: .*/gm) ?? [],
  );

  it("has a heading for each message that people can act on, by words that stand in it", () => {
    assert.ok(listed.length > 0 && inPreviews.length > 0);
    const missing = [...messages, ...listed, ...inPreviews].filter(
      (message) =>
        !headings.some(({ texts }) => texts.some((parts) => parts.every((part) => message.includes(part)))),
    );
    assert.deepEqual(missing, []);
  });

  it("has the headings that messages lead to", () => {
    assert.deepEqual([...messageHeadings].sort(), headings.map(({ heading }) => heading).sort());
  });

  for (const { heading, texts: quoted } of headings) {
    it(`has a message that exists: ${heading}`, () => {
      const texts = quoted.flat();
      assert.ok(texts.length > 0);
      for (const text of texts) assert.ok(others.test(text) || sources.includes(text), text);
    });
  }
});
