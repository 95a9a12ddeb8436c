import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { unknownMarker } from "../../provider/data/unknown";
import { lookupFailed } from "../../provider/injector/Coordinators";
import { durationText, previewComment } from "../../provider/report/preview/previewComment";
import { PreviewError, readPreview } from "../../provider/report/preview/readPreview";
import { sameAsGolden } from "../goldens/sameAsGolden";

const previews = join(__dirname, "previews");
const urn = (type: string, name: string) =>
  `urn:pulumi:prod::mesh::istio-sidecar:index:${type}SidecarSettings$pulumi-nodejs:dynamic/istio-sidecar:`.concat(
    name,
  );
const layer = (type: string, name: string, inputs: object, more: object = {}) => ({
  op: "update",
  urn: urn(type, `SettingsLayer::${name}-layer`),
  oldState: { inputs: {}, outputs: {} },
  newState: { inputs },
  ...more,
});
const rollout = (type: string, name: string, inputs: object) => ({
  op: "update",
  urn: urn(type, `SidecarRollout::${name}-rollout`),
  newState: { inputs: { __stale: 1, maxConcurrent: 3, strategy: "restart", ...inputs } },
});
const comment = (steps: object[], diagnostics: object[] = [], changeSummary: object | null = {}) =>
  previewComment(readPreview(JSON.stringify({ steps, diagnostics, changeSummary })), "Sidecar settings");

describe("the comment on a pull request", () => {
  // what a real pulumi preview --json printed, without the text of the dynamic provider
  for (const folder of readdirSync(previews)) {
    it(`says what a preview says: ${folder}`, () => {
      const text = previewComment(
        readPreview(readFileSync(join(previews, folder, "preview.json"), "utf8")),
        "Sidecar settings",
      );
      sameAsGolden(join(previews, folder, "comment.md"), text);
    });
  }

  it("names a workload layer that was lost", () => {
    const restores = "was taken out by helm";
    const text = comment([
      layer("Namespace", "shop", { namespace: "shop", restores }),
      layer("Workload", "checkout", { namespace: "shop", restores }),
      layer("Global", "mesh", { restores }),
    ]);
    for (const name of ["namespace shop", "workload shop/checkout", "global settings"])
      assert.ok(text.includes(`${name}: was taken out by helm; will be restored`), text);
  });

  it("says what Istio was installed with where a new layer replaces it", () => {
    const old = {
      effective: { proxyResources: { limits: { cpu: "2" } } },
      sources: { "proxyResources.limits.cpu": "installed" },
    };
    const text = comment([
      {
        ...layer("Namespace", "shop", { namespace: "shop" }, { oldState: { inputs: {}, outputs: old } }),
        op: "same",
      },
      {
        op: "create",
        urn: urn("Namespace", "SettingsLayer::cart-layer"),
        newState: {
          inputs: { namespace: "cart", proxyResources: { limits: { cpu: "3" } }, logLevel: "debug" },
        },
      },
    ]);
    assert.match(text, /`proxyResources.limits.cpu` \| `2` \| `3` \| installed → namespace/);
    assert.match(text, /`logLevel` \| the weaker level's \| `debug`/);
  });

  it("counts a workload once that two levels restart, and says how long it may take", () => {
    const why = "proxyResources.limits.cpu 1 -> 2";
    const restarts = { [why]: { "Deployment/api": "3 pods" } };
    const everywhere = { [why]: { "cart/Deployment/api": "3 pods", "shop/Deployment/api": "3 pods" } };
    const text = comment([
      layer("Global", "mesh", { dnsProxy: true }),
      rollout("Global", "mesh", { restarts: everywhere, maxConcurrent: 1 }),
      rollout("Namespace", "shop", { namespace: "shop", restarts, maxConcurrent: 1 }),
    ]);
    assert.match(
      text,
      /^\*\*1 setting of 1 level changes; 2 workloads \(6 pods\) restart\*\*, at most 1 at once: roughly 2 min at a minute each, 20 min if each uses up its timeout/m,
    );
  });

  it("says every level's reason to restart a workload, each once", () => {
    const [own, theirs] = ["dnsProxy none -> true", "terminationDrainDuration none -> 10s"];
    const text = comment([
      rollout("Global", "mesh", { restarts: { [`${theirs}, ${own}`]: { "shop/Deployment/api": "3 pods" } } }),
      rollout("Namespace", "shop", {
        namespace: "shop",
        restarts: { [own]: { "Deployment/api": "3 pods" } },
      }),
    ]);
    assert.match(
      text,
      /`Deployment\/api` \| 3 \| dnsProxy none -&gt; true, terminationDrainDuration none -&gt; 10s \|/,
    );
  });

  it("leaves out what is for terminals: counts and progress", () => {
    const info = [
      "global settings: 12 workloads (24 pods) restart: cart 3, shop 9",
      "namespace cart: 1 workload (1 pod) restarts",
      "checked the workloads of 20 of 100 namespaces",
      "[shop] Pod/debug is unmanaged: 1 pod with earlier settings",
    ];
    const text = comment(
      [],
      info.map((message) => ({ severity: "info", message })),
    );
    assert.match(text, /> \[!WARNING\]\n> - \\\[shop\\\] Pod\/debug is unmanaged[^\n]*\n$/);
  });

  it("counts what the preview only counted", () => {
    const named = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`Deployment/s${at}`, "2 pods"]));
    const text = comment([
      rollout("Namespace", "shop", {
        namespace: "shop",
        restarts: { "logLevel warning -> debug": { ...named, "… and 480 more": "1460 pods" } },
      }),
    ]);
    assert.match(text, /500 workloads \(1500 pods\) restart/);
    assert.match(text, /… and 480 more/);
  });

  it("does not repeat what the last rollout restarted", () => {
    const text = comment([
      rollout("Namespace", "shop", {
        namespace: "shop",
        restarts: { x: { "Deployment/api": "1 pod" } },
        __stale: 0,
      }),
    ]);
    assert.match(text, /^Nothing changes/m);
  });

  it("counts those waiting that a rollout does not name", () => {
    const text = comment([
      rollout("Namespace", "shop", {
        namespace: "shop",
        waiting: { "Deployment/slow": "paused", "… and more": "12 more" },
      }),
    ]);
    assert.match(
      text,
      /Waiting: 13 workloads<\/summary>[\s\S]*`shop\/Deployment\/slow` \| paused \|\n\n… and 12 more/,
    );
    assert.ok(!text.includes("… and more"));
    assert.match(text, /^Nothing changes; 13 workloads are waiting \(mesh\/prod\)\.$/m);
  });

  it("says that settings were lost, what is waiting, and what the preview could not see", () => {
    const text = comment(
      [
        layer("Namespace", "shop", {
          namespace: "shop",
          restores: "lost from istio-system/istio-sidecar-injector, which helm rewrote",
        }),
        rollout("Namespace", "shop", { namespace: "shop", waiting: { "Deployment/slow": "paused" } }),
      ],
      [
        { message: "warning: using pulumi-resource-kubernetes from $PATH at /x\n", severity: "warning" },
        { message: "[shop] will be gone\n", severity: "info" },
      ],
    );
    assert.match(text, /> \[!WARNING\]\n> - namespace shop: lost from .*helm rewrote; will be restored/);
    assert.match(text, /> - \\\[shop\\\] will be gone/);
    const first =
      "**Settings of 1 level are restored; which workloads restart is known only during the update**; 1 workload is waiting";
    assert.equal(text.split("\n")[4], `${first} (mesh/prod).`);
    assert.match(text, /Waiting: 1 workload<\/summary>[\s\S]*`shop\/Deployment\/slow` \| paused/);
    assert.doesNotMatch(text, /using pulumi-resource/);
  });

  it("never says that nothing restarts where the cluster could not be asked", () => {
    const message = `${lookupFailed} which workloads restart: no answer from https://mesh`;
    const text = comment([], [{ message, severity: "info" }]);
    assert.match(
      text,
      /^\*\*No setting changes; which workloads restart is known only during the update\*\*\.$/m,
    );
    assert.match(text, /> - could not look up which workloads restart: no answer/);
  });

  it("says that the preview failed, and why", () => {
    const text = comment([], [{ message: "error: settings.yaml:3:5: found <b>x</b>\n", severity: "error" }]);
    assert.match(text, /^\*\*The preview failed\*\*\.$/m);
    assert.match(text, /> \[!CAUTION\]\n> - settings\.yaml:3:5: found &lt;b&gt;x&lt;\/b&gt;$/m);
  });

  it("says of a preview that only says that it failed where to look", () => {
    const failed = { severity: "error", message: "error: preview failed\n" };
    assert.match(
      comment([], [failed]),
      /^\*\*The preview failed\*\*\.[\s\S]*> - the preview failed for a reason that its JSON leaves out/m,
    );
    assert.doesNotMatch(comment([], [{ severity: "error", message: "no access" }, failed]), /leaves out/);
  });

  it("fails with a preview that ended early without an error", () => {
    const steps = [layer("Namespace", "shop", { namespace: "shop", dnsProxy: true })];
    assert.match(
      comment(steps, [], null),
      /^\*\*The preview failed\*\*[\s\S]*ended before it had checked everything/m,
    );
    assert.doesNotMatch(comment(steps), /failed/);
  });

  it("never says that nothing restarts where settings are removed", () => {
    const inputs = { namespace: "shop", dnsProxy: true };
    const { op: _, newState: __, ...step } = layer("Namespace", "shop", {}, { oldState: { inputs } });
    const text = comment([{ ...step, op: "delete" }]);
    assert.match(text, /changes; which workloads restart is known only during the update\*\*/);
    assert.match(text, /> - restarts can't be listed: namespace shop: its settings are removed/);
  });

  it("never says that nothing restarts, nor shows Pulumi's marker, for a value that is not known yet", () => {
    const env = { TOKEN_URL: unknownMarker };
    const text = comment([layer("Namespace", "shop", { namespace: "shop", env })]);
    assert.match(text, /which workloads restart is known only during the update/);
    assert.match(text, /`env\.TOKEN_URL` \| the weaker level's \| `known after update`/);
    assert.ok(!text.includes(unknownMarker));
    const restarts = { "proxyResources.limits.cpu 1 -> 2": { "Deployment/api": "1 pod" } };
    const more = comment([
      layer("Namespace", "shop", { namespace: "shop", env }),
      rollout("Namespace", "cart", { namespace: "cart", restarts }),
    ]);
    assert.match(more, /at least 1 workload \(1 pod\) restarts/);
  });

  it("names no namespace that is not known yet, and the workload settings as their program does", () => {
    const text = comment([
      layer("Namespace", "team", { namespace: unknownMarker, dnsProxy: true }),
      rollout("Namespace", "team", { namespace: unknownMarker, __stale: 0 }),
      layer("Workload", "mesh-checkout-workloads", {
        namespace: "shop",
        workload: "checkout",
        concurrency: "4",
      }),
    ]);
    assert.match(text, /^\| `known after update \(team\)` \| `dnsProxy` \|/m);
    assert.match(text, /^\| `shop\/checkout` \(workload\) \| `concurrency` \|/m);
    assert.match(
      text,
      /> - restarts can't be listed: namespace known after update \(team\): some values are known only during/,
    );
    assert.ok(!text.includes(unknownMarker));
  });

  it("says whom settings are for from now on, and how workloads restart", () => {
    const inputs = { namespace: "shop", workload: "api", concurrency: "4" };
    const picks = (selector: unknown) =>
      layer(
        "Workload",
        "api",
        { ...inputs, selector, priority: 3 },
        { oldState: { inputs: { ...inputs, selector: { matchLabels: { app: "api" } } } } },
      );
    const rollouts = ["shop", "cart"].map((namespace) =>
      layer(
        "Namespace",
        namespace,
        { namespace, rollout: { maxConcurrent: 1 } },
        { oldState: { inputs: { namespace } } },
      ),
    );
    const text = comment([picks({ matchExpressions: [{ key: "tier", operator: "Exists" }] }), ...rollouts]);
    assert.match(text, /^\*\*No setting changes; nothing restarts\*\*/m);
    assert.match(text, /> \[!NOTE\]\n> - selector app=api -&gt; tier: workload shop\/api\n/);
    assert.match(text, /> - priority not set -&gt; 3: workload shop\/api\n/);
    assert.match(text, /> - rollout\.maxConcurrent not set -&gt; 1: namespace shop, namespace cart\n/);
    const same = picks({ matchExpressions: [{ key: "app", operator: "In", values: ["api"] }] });
    assert.doesNotMatch(comment([same]), /selector/);
    assert.match(comment([picks(unknownMarker)]), /selector app=api -&gt; known after update/);
  });

  it("says of a layer that moves to another namespace what both get", () => {
    const settings = { dnsProxy: true, owner: "acme/mesh/prod:team" };
    const effective = { dnsProxy: true, logLevel: "warning" };
    const moved = layer(
      "Namespace",
      "team",
      { ...settings, namespace: "cart" },
      { op: "replace", oldState: { inputs: { ...settings, namespace: "shop" }, outputs: { effective } } },
    );
    const text = comment([moved]);
    assert.match(text, /^\*\*2 settings of 2 levels change; which workloads restart is known only during/m);
    assert.match(text, /^\| `shop` \| `dnsProxy` \| `true` \| the weaker level's \|/m);
    assert.match(text, /^\| `cart` \| `dnsProxy` \| the weaker level's \| `true` \|/m);
    assert.match(text, /> - restarts can't be listed: namespace shop: its settings are removed, and/);
    // which --show-replacement-steps adds
    const parts = ["create-replacement", "delete-replaced"].map((op) => ({ ...moved, op }));
    assert.equal(comment([...parts, moved]), text);
  });

  it("says that a layer leaves an injector or a cluster", () => {
    const inputs = { namespace: "shop", dnsProxy: true };
    const replaced = (injector: object) =>
      layer(
        "Namespace",
        "shop",
        { ...inputs, injector },
        { op: "replace", oldState: { inputs: { ...inputs, injector: { revision: "1-30" } } } },
      );
    assert.match(
      comment([replaced({ revision: "1-31" })]),
      /> - restarts can't be listed: namespace shop: its settings are removed from the former injector or cluster/,
    );
    for (const same of [{ revision: "1-30" }, { namespace: "istio-system", revision: "1-30" }])
      assert.match(comment([replaced(same)]), /^Nothing changes/m);
  });

  it("says only what the update does where the preview refreshed the state first", () => {
    const root = (op: string) => ({ op, urn: "urn:pulumi:prod::mesh::pulumi:pulumi:Stack::mesh-prod" });
    const restarts = { "logLevel warning -> debug": { "Deployment/api": "1 pod" } };
    const before = { inputs: { namespace: "shop", logLevel: "debug" } };
    const found = { inputs: { namespace: "shop", logLevel: "off" } };
    const last = { ...rollout("Namespace", "shop", { namespace: "shop", restarts }), op: "refresh" };
    const lost = layer("Namespace", "shop", {}, { op: "update", oldState: before, newState: found });
    assert.match(comment([root("refresh"), last, lost, root("same")]), /^Nothing changes/m);
    const repaired = layer("Namespace", "shop", {}, { op: "update", oldState: found, newState: before });
    const text = comment([root("refresh"), last, lost, root("same"), repaired]);
    assert.match(text, /^\*\*1 setting of 1 level changes; nothing restarts\*\*/m);
    assert.match(text, /^\| `shop` \| `logLevel` \| `off` \| `debug` \|/m);
    // a program that fails registers nothing
    assert.match(comment([root("refresh"), last], []), /^Nothing changes/m);
  });

  it("stays below GitHub's limit whatever the size, and says how much it left out", () => {
    const name = (at: number) => `namespace-with-a-long-name-${at}`;
    const steps = Array.from({ length: 1_000 }, (_, at) => [
      layer("Namespace", name(at), {
        namespace: name(at),
        dnsProxy: true,
        env: { ["X".repeat(200)]: "🛑".repeat(400) },
      }),
      rollout("Namespace", name(at), {
        namespace: name(at),
        restarts: { ["é".repeat(500)]: { "Deployment/api": "2 pods" }, x: { "Deployment/web": "1 pod" } },
        waiting: { "Deployment/slow": "w".repeat(500) },
      }),
    ]).flat();
    const text = comment(
      steps,
      Array.from({ length: 500 }, (_, at) => ({ message: `${at} ${"|".repeat(300)}`, severity: "warning" })),
    );
    assert.ok(Buffer.byteLength(text) < 65_536, `${Buffer.byteLength(text)} bytes`);
    assert.ok(Buffer.byteLength(text) > 20_000);
    assert.match(text, /2000 settings of 1000 levels change; 2000 workloads \(3000 pods\) restart/);
    assert.match(text, /… and \d+ more/);
    assert.equal(text.match(/<details>/g)?.length, text.match(/<\/details>/g)?.length);
  });

  it("shows hostile names as text, without links, mentions or markup", () => {
    const hostile = "a|b`c``d <script> @team #1 [x](http://evil) *b* \u202e\nnext";
    const text = comment([
      layer("Namespace", "shop", { namespace: hostile, terminationDrainDuration: hostile }),
      rollout("Namespace", "shop", { namespace: hostile, restarts: { [hostile]: { [hostile]: "1 pod" } } }),
    ]);
    for (const line of text.split("\n").filter((one) => one.startsWith("| "))) {
      const cells = line.replace(/\\\|/g, "").split("|").length;
      assert.ok([7, 6].includes(cells), line);
    }
    const prose = text.replace(/(`+)[\s\S]*?[^`]\1(?!`)/g, "");
    assert.doesNotMatch(prose, /<script>|@team|[^\\]\]\(http|[^\\]#1|[^\\]\*b/);
    assert.equal(text.includes("\u202e"), false);
  });

  for (const [name, text] of [
    ["nothing", ""],
    ["text", "Previewing update (dev)"],
    ["JSON that is cut off", '{"steps": ['],
    ["other JSON", "[1]"],
    ["the stream of events", '{"sequence": 1, "timestamp": 2}'],
    ["steps that are none", '{"steps": [1]}'],
  ] as const) {
    it(`refuses ${name}`, () => {
      assert.throws(
        () => readPreview(text),
        (error) =>
          error instanceof PreviewError && /expected the output of pulumi preview --json/.test(error.message),
      );
    });
  }

  it("says that JSON is cut off, and that other text is none", () => {
    assert.throws(
      () => readPreview('{"steps": ['),
      /which is cut off, or followed by other text\. Leave out/,
    );
    assert.throws(() => readPreview("Previewing update"), /which is not JSON\. Leave out/);
  });

  it("says durations as people do", () => {
    assert.deepEqual([45, 60, 61, 5_399, 5_400, 36_000].map(durationText), [
      "45 s",
      "1 min",
      "2 min",
      "90 min",
      "1.5 h",
      "10 h",
    ]);
  });
});
