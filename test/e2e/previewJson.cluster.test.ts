import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { previewComment } from "../../provider/report/preview/previewComment";
import { readPreview } from "../../provider/report/preview/readPreview";
import { sameAsGolden } from "../goldens/sameAsGolden";
import type { ProgramOptions } from "../pulumi/ProgramOptions";
import { pulumi } from "../pulumi/pulumi";
import { Mesh, succeeded } from "./Mesh";

const goldens = join(__dirname, "../report/previews");

/** What the comments on pull requests are made of in test/report, as Pulumi prints it. */
describe("pulumi preview --json of the platform stack", () => {
  let mesh: Mesh;
  before(async () => {
    mesh = await Mesh.start();
    for (const namespace of ["canary", "cart", "pay", "shop"]) {
      await mesh.namespace(namespace);
      for (const [at, name] of ["api", "web", "worker"].entries())
        await mesh.deployment(namespace, name, {
          replicas: at + 1,
          pod: { terminationGracePeriodSeconds: 6 },
          // says itself what the namespace says for the others
          ...(namespace === "shop" && name === "worker"
            ? { annotations: { "sidecar.istio.io/proxyCPULimit": "3" } }
            : {}),
        });
    }
  });
  after(() => mesh?.stop());

  const stack = (settings: string) => mesh.platform("dev", settings);

  test("is what test/report has, for the first settings and for a change at several levels", async () => {
    const first = await stack(`
global: { terminationDrainDuration: 10s }
namespaces:
  shop: { proxyResources: { limits: { cpu: 1 } } }
  cart: { dnsProxy: true }
`);
    sameAsGolden(
      join(goldens, "first-settings-of-a-mesh/preview.json"),
      normalised(await pulumi.previewJson(first)),
    );
    succeeded(await pulumi.up(first));
    const change = await stack(`
global:
  terminationDrainDuration: 15s
  alwaysExclude: { outboundIPRanges: [169.254.169.254/32] }
namespaces:
  shop:
    proxyResources: { limits: { cpu: 2, memory: 2Gi } }
    lifecycle: { preStop: { sleep: { seconds: 5 } } }
  pay:
    dnsProxy: true
    capture: { excludeInboundPorts: [9191] }
rollout: { maxConcurrent: 2 }
`);
    sameAsGolden(
      join(goldens, "settings-change-at-several-levels/preview.json"),
      normalised(await pulumi.previewJson(change)),
    );
  });

  const comment = async (options: ProgramOptions) =>
    previewComment(readPreview(await pulumi.previewJson(options)), "Sidecar settings");

  test("says nothing of the last update where --refresh looks at the state first", async () => {
    const settings = await stack("namespaces: { pay: { logLevel: debug } }");
    succeeded(await pulumi.up(settings));
    assert.match(await comment(settings), /^Nothing changes/m);
    assert.match(await comment({ ...settings, flags: ["--refresh"] }), /^Nothing changes/m);
  });

  test("says that a preview failed for a policy, which Pulumi's JSON leaves out", async () => {
    const settings = await stack("namespaces: { pay: { proxyResources: { limits: { cpu: 3 } } } }");
    const pack = join(__dirname, "../../examples/policy");
    assert.match(
      await comment({ ...settings, flags: ["--policy-pack", pack] }),
      /^\*\*The preview failed\*\*.*\n\n> \[!CAUTION\]\n> - the preview failed for a reason that its JSON leaves out/m,
    );
  });

  test("says what a component's former namespace loses", async () => {
    const moving = (namespace: string) =>
      mesh.stack("moving", { namespaces: { team: { namespace, dnsProxy: true } } });
    succeeded(await pulumi.up(moving("canary")));
    const text = await comment(moving("cart"));
    assert.match(text, /^\| `canary` \| `dnsProxy` \| `true` \| the weaker level's \|/m);
    assert.match(text, /^\| `cart` \| `dnsProxy` \| .* \| `true` \|/m);
    assert.match(text, /restarts can't be listed: namespace canary: its settings are removed/);
  });
});

/** The text of the dynamic provider is long, and times, places and the order of steps differ from run to run. */
const leftOut = new Set([
  "__provider",
  "config",
  "created",
  "modified",
  "duration",
  "sourcePosition",
  "stackTrace",
  // its id is made up at each run
  "provider",
  "providers",
]);

function normalised(json: string): string {
  const preview = JSON.parse(json, (key, value: unknown) =>
    leftOut.has(key) || isRolloutSummary(value) ? undefined : value,
  ) as Preview;
  const steps = [...preview.steps].sort((a, b) => (`${a.urn} ${a.op}` < `${b.urn} ${b.op}` ? -1 : 1));
  // which of two rollouts looked first is in the state that an up has left
  for (const step of steps.filter(({ urn }) => urn.includes("SidecarRollout::")))
    for (const key of ["oldState", "diffReasons", "detailedDiff"] as const) delete step[key];
  const diagnostics = [...(preview.diagnostics ?? [])].sort((a, b) => (a.message < b.message ? -1 : 1));
  return `${JSON.stringify({ ...preview, steps, diagnostics }, undefined, 2)}\n`;
}

// which of two levels' rollouts came first, and how long they took
function isRolloutSummary(value: unknown): boolean {
  return typeof value === "object" && value !== null && "notStarted" in value;
}

interface Preview {
  steps: { urn: string; op: string; oldState?: unknown; diffReasons?: unknown; detailedDiff?: unknown }[];
  diagnostics?: { message: string }[];
}
