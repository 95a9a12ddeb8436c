import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmod, copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { parse } from "yaml";
import { commentMarker } from "../../provider/report/preview/previewComment";

const repository = join(__dirname, "../..");

interface Step {
  name?: string;
  run?: string;
}

describe("the workflow for pull requests", () => {
  let folder: string;
  let script: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "sidecar-workflow-"));
    const workflow = parse(
      await readFile(join(repository, "provider/project/.github/workflows/sidecar-settings.yml"), "utf8"),
    ) as {
      jobs: { preview: { steps: Step[] } };
    };
    script = workflow.jobs.preview.steps.find(({ name }) => name === "Comment")?.run ?? "";
    await copyFile(
      join(repository, "test/report/previews/first-settings-of-a-mesh/preview.json"),
      join(folder, "preview.json"),
    );
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** Runs the step with stand-ins for what a runner has; returns the calls of GitHub's API. */
  const commented = async (found: string): Promise<string[]> => {
    const programs = {
      gh: `#!/bin/sh\necho "$@" >> "${folder}/calls"\ncase "$*" in *--paginate*) printf '%s' '${found}' ;; esac\n`,
      npx: `#!/bin/sh\nshift\nexec "${process.execPath}" "${repository}/provider/dist/cli/main.js" "$@"\n`,
      // what jq -Rs '{body: .}' does
      jq: `#!${process.execPath}\nprocess.stdout.write(JSON.stringify({ body: require("node:fs").readFileSync(process.argv.at(-1), "utf8") }))\n`,
    };
    for (const [name, text] of Object.entries(programs)) {
      await writeFile(join(folder, name), text);
      await chmod(join(folder, name), 0o755);
    }
    await rm(join(folder, "calls"), { force: true });
    const { status, stderr } = spawnSync("bash", ["-eo", "pipefail", "-c", script], {
      cwd: folder,
      encoding: "utf8",
      env: {
        PATH: `${folder}:${process.env.PATH}`,
        GITHUB_REPOSITORY: "acme/mesh",
        NUMBER: "7",
        GITHUB_STEP_SUMMARY: join(folder, "summary.md"),
      },
    });
    assert.equal(status, 0, stderr);
    return (await readFile(join(folder, "calls"), "utf8")).trim().split("\n");
  };

  it("posts a comment where there is none", async () => {
    const calls = await commented("");
    assert.match(calls[0] ?? "", new RegExp(`issues/7/comments --jq .*startswith\\("${commentMarker}"\\)`));
    assert.match(calls[1] ?? "", /--method POST repos\/acme\/mesh\/issues\/7\/comments --input body\.json/);
    const { body } = JSON.parse(await readFile(join(folder, "body.json"), "utf8")) as { body: string };
    assert.ok(body.startsWith(commentMarker));
    assert.match(await readFile(join(folder, "summary.md"), "utf8"), /3 settings of 3 levels change/);
  });

  it("rewrites the one that it posted before", async () => {
    const calls = await commented("4711\n4712");
    assert.match(
      calls[1] ?? "",
      /--method PATCH repos\/acme\/mesh\/issues\/comments\/4711 --input body\.json/,
    );
  });
});
