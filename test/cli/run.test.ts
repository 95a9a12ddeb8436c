import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { Io } from "../../provider/cli/Io";
import { run } from "../../provider/cli/run";
import { UnreachableError } from "../../provider/cluster/KubernetesApi";
import { apiOf } from "../mesh/apiOf";
import { recordedIo } from "./recordedIo";

interface Ran {
  code: number;
  out: string;
  err: string;
}

async function ran(
  args: readonly string[],
  files: Record<string, string> = {},
  more: Partial<Io> = {},
): Promise<Ran> {
  const { io, seen } = recordedIo(files, {
    connect: async () => {
      throw new UnreachableError("no cluster here");
    },
    ...more,
  });
  return { code: await run(args, io, { version: "1.2.3" }), ...seen };
}

describe("the command line", () => {
  it("has help for every command, global options included", async () => {
    const help = await ran(["--help"]);
    assert.equal(help.code, 0);
    assert.match(help.out, /^Usage: sidecar-settings/);
    for (const command of [
      "init",
      "status",
      "explain",
      "diff",
      "render",
      "doctor",
      "import",
      "report",
      "completion",
    ]) {
      assert.match(help.out, new RegExp(`^ {2}${command}`, "m"));
      const own = await ran([command, "--help"]);
      assert.equal(own.code, 0);
      const reads = !["init", "report", "completion"].includes(command);
      assert.equal(/--context <name>/.test(own.out), reads, command);
      assert.equal(/--revision <name>/.test(own.out), reads && !["diff", "render"].includes(command));
    }
    assert.match(help.out, /Exit codes:\n {2}0 .*\n {2}1 .*\n {2}2 .*\n {2}3 /);
    assert.deepEqual(await ran(["--version"]), { code: 0, out: "1.2.3\n", err: "" });
  });

  for (const [name, args, message] of [
    ["an unknown command", ["stauts"], /unknown command 'stauts'\n\(Did you mean status\?\)/],
    ["an unknown option", ["status", "--wtach"], /unknown option '--wtach'\n\(Did you mean --watch\?\)/],
    [
      "an output that is none",
      ["diff", "x", "-o", "html"],
      /Allowed choices are table, wide, json, yaml, markdown\./,
    ],
    ["a missing file", ["diff"], /missing required argument 'file'/],
    ["one argument too many", ["status", "x"], /too many arguments/],
    ["an interval that is no number", ["status", "--interval", "soon"], /Expected seconds/],
    [
      "an option that has no effect",
      ["diff", "x", "--revision", "canary"],
      /error: --revision has no effect on diff: leave it out/,
    ],
    ["a namespace for report", ["-n", "shop", "report", "x"], /--namespace has no effect on report/],
    ["a context for init", ["--context", "prod", "init"], /--context has no effect on init/],
    ["an interval without a watch", ["status", "--interval", "5"], /--interval is for --watch/],
    [
      "all settings in JSON",
      ["explain", "deploy/api", "--all", "-o", "json"],
      /--all has no effect on --output json/,
    ],
    [
      "a context beside a ConfigMap",
      ["render", "s.yaml", "--configmap", "i.yaml", "--context", "prod"],
      /--configmap reads no cluster/,
    ],
    ["a watch in JSON", ["status", "-w", "-o", "json"], /--watch prints lines for people/],
    ["a shell that is none", ["completion", "cmd"], /Allowed choices are bash, zsh, fish\./],
  ] as const) {
    it(`refuses ${name}, with exit code 2`, async () => {
      const { code, err, out } = await ran(args);
      assert.equal(code, 2, out + err);
      assert.match(err, message);
    });
  }

  it("fails with exit code 1 and one line if a cluster or a file is missing", async () => {
    assert.deepEqual(await ran(["status"]), { code: 1, out: "", err: "error: no cluster here\n" });
    const { code, err } = await ran(["report", "preview.json"]);
    assert.equal(code, 1);
    assert.equal(err, "error: preview.json: there is no such file\n");
  });

  it("ends an error with the address of its explanation, once the package is published", async () => {
    const homepage = "https://example.com/acme/settings#readme";
    const failing = async (args: readonly string[], message: string) => {
      const { io, seen } = recordedIo(
        {},
        {
          connect: async () => {
            throw new UnreachableError(message);
          },
        },
      );
      assert.equal(await run(args, io, { version: "1.2.3", homepage }), 1);
      return seen.err;
    };
    assert.equal(
      await failing(["status"], 'no context "x"; there are: a'),
      'error: no context "x"; there are: a\nSee https://example.com/acme/settings/blob/v1.2.3/docs/troubleshooting.md#no-context\n',
    );
    assert.equal(await failing(["status"], "socket hang up"), "error: socket hang up\n");
  });

  it("refuses a namespace that does not exist", async () => {
    const connect: Io["connect"] = async () => apiOf({});
    for (const command of [["status"], ["doctor"], ["import"], ["diff", "s.yaml"]])
      assert.deepEqual(
        await ran([...command, "-n", "nope"], { "s.yaml": "global: { dnsProxy: true }" }, { connect }),
        {
          code: 1,
          out: "",
          err: "error: there is no namespace nope\n",
        },
      );
  });

  it("does not take a mesh that it can't look at for settled", async () => {
    const connect: Io["connect"] = async () => apiOf({ "/api/v1/pods": { items: [] } });
    const { code, out } = await ran(["status", "--exit-code"], {}, { connect });
    assert.equal(code, 3);
    assert.match(out, /^note: istio-system\/istio-sidecar-injector: there is no ConfigMap/);
  });

  it("suggests the nearest namespace, or lists those that exist", async () => {
    const connect: Io["connect"] = async () =>
      apiOf({ "/api/v1/namespaces": { items: ["shop", "cart"].map((name) => ({ metadata: { name } })) } });
    const said = async (...args: string[]) => (await ran(args, {}, { connect })).err;
    for (const command of [["status"], ["doctor"], ["import"], ["explain", "deploy/api"]]) {
      assert.equal(
        await said(...command, "-n", "shpo"),
        "error: there is no namespace shpo. Did you mean shop?\n",
      );
      assert.equal(
        await said(...command, "-n", "elsewhere"),
        "error: there is no namespace elsewhere. There are: cart and shop\n",
      );
    }
  });

  it("explains in the context's namespace where none is given, as kubectl does", async () => {
    const there = Object.fromEntries(
      ["default", "shop", "cart"].map((name) => [`/api/v1/namespaces/${name}`, { metadata: { name } }]),
    );
    const said = async (contextNamespace: string | undefined, ...args: string[]) => {
      const api = apiOf(there);
      const connect: Io["connect"] = async () => ({
        ...api,
        ...(contextNamespace ? { contextNamespace } : {}),
      });
      return (await ran(["explain", "deploy/api", ...args], {}, { connect })).err;
    };
    assert.match(await said("shop"), /there is no deployment\/api in namespace shop/);
    assert.match(await said("shop", "-n", "cart"), /there is no deployment\/api in namespace cart/);
    assert.match(await said(undefined), /there is no deployment\/api in namespace default/);
  });

  it("names every problem of a settings file before it asks a cluster", async () => {
    const { code, err } = await ran(["diff", "s.yaml"], {
      "s.yaml": "globl: {}\nnamespaces: {a: {dnsProxy: 1}}\n",
    });
    assert.equal(code, 1);
    assert.match(err, /✖ s\.yaml:1:1: [\s\S]*✖ s\.yaml:2:18: /);
  });

  it("takes the cluster's options before and after the command, as kubectl does", async () => {
    const asked: unknown[] = [];
    const connect: Io["connect"] = async (access) => {
      asked.push(access);
      throw new UnreachableError("away");
    };
    for (const args of [
      ["--context", "prod", "status"],
      ["status", "--context", "prod"],
    ])
      await ran(args, {}, { connect });
    await ran(["doctor", "--kubeconfig", "k"], {}, { connect });
    assert.deepEqual(asked, [{ context: "prod" }, { context: "prod" }, { kubeconfig: "k" }]);
  });

  it("uses colours only at terminals; NO_COLOR and FORCE_COLOR override that", async () => {
    const coloured = async (more: Partial<Io>) =>
      (await ran(["status"], {}, more)).err.includes("\u001b[31m");
    assert.equal(await coloured({}), false);
    assert.equal(await coloured({ isTerminal: true }), true);
    assert.equal(await coloured({ isTerminal: true, env: { NO_COLOR: "1" } }), false);
    assert.equal(await coloured({ isTerminal: true, env: { TERM: "dumb" } }), false);
    assert.equal(await coloured({ env: { FORCE_COLOR: "1" } }), true);
  });

  it("makes a comment of a preview, from a file and from the standard input", async () => {
    const preview = readFileSync(
      join(__dirname, "../report/previews/first-settings-of-a-mesh/preview.json"),
      "utf8",
    );
    const { out } = await ran(["report", "p.json", "--title", "Mesh"], { "p.json": preview });
    assert.match(out, /^<!-- sidecar-settings -->\n\n## Mesh\n/);
    assert.equal((await ran(["report", "-", "--title", "Mesh"], { "-": preview })).out, out);
    assert.equal(
      JSON.parse((await ran(["report", "-", "-o", "json"], { "-": preview })).out).changes.length,
      3,
    );
  });

  it("renders into a ConfigMap from a file without any cluster", async () => {
    const injector = readFileSync(join(__dirname, "../goldens/injector.yaml"), "utf8");
    const files = {
      "s.yaml": "namespaces: {shop: {dnsProxy: true}}",
      "i.yaml": `data:\n${injector.replace(/^/gm, "  ")}`,
    };
    const { code, out, err } = await ran(["render", "s.yaml", "--configmap", "i.yaml"], files);
    assert.equal(code, 0, err);
    assert.match(out, /^kind: ConfigMap$/m);
    assert.match(out, /sidecar-scoped: /);
    const wrong = await ran(["render", "s.yaml", "--configmap", "s.yaml"], files);
    assert.match(
      wrong.err,
      /^error: s\.yaml: expected the ConfigMap of an injector, .* got no data\.config and data\.values$/m,
    );
  });

  for (const shell of ["bash", "zsh", "fish"]) {
    it(`writes a script that ${shell} can read, with every command and option`, async () => {
      const { code, out } = await ran(["completion", shell]);
      assert.equal(code, 0);
      const long = shell === "fish" ? "-l watch" : "--watch";
      for (const word of ["status", "doctor", long, "markdown", "kubectl-sidecar_settings"])
        assert.ok(out.includes(word), word);
      const checked = spawnSync(shell, ["-n"], { input: out, encoding: "utf8" });
      // a shell that is not here can't judge; bash is everywhere
      if (checked.error && shell !== "bash") return;
      assert.equal(checked.status, 0, checked.stderr);
    });
  }

  it("completes a partial word in bash", async () => {
    const { out } = await ran(["completion", "bash"]);
    const complete = (words: string[]) =>
      spawnSync(
        "bash",
        [
          "-c",
          `${out}\nCOMP_WORDS=("$@") COMP_CWORD=$(($#-1)); _sidecar_settings; printf '%s\\n' "\${COMPREPLY[@]}"`,
          "x",
          ...words,
        ],
        { encoding: "utf8" },
      )
        .stdout.trim()
        .split("\n");
    assert.deepEqual(complete(["sidecar-settings", "st"]), ["status"]);
    assert.deepEqual(complete(["sidecar-settings", "status", "--wa"]), ["--watch"]);
    assert.deepEqual(complete(["sidecar-settings", "diff", "-o", ""]), [
      "table",
      "wide",
      "json",
      "yaml",
      "markdown",
    ]);
    assert.deepEqual(complete(["sidecar-settings", "--context", "prod", "re"]), ["render", "report"]);
    assert.deepEqual(complete(["sidecar-settings", "completion", "z"]), ["zsh"]);
  });
});
