import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { MeshStatus } from "../../provider/mesh/MeshStatus";
import { statusChanges } from "../../provider/report/statusChanges";
import { isSettled, statusMarkdown, statusText } from "../../provider/report/statusReport";
import { sameAsGolden } from "../goldens/sameAsGolden";
import { largeMesh } from "./largeMesh";

const mesh = largeMesh(2, 6);

describe("the status as text", () => {
  const noted = { ...mesh, notes: ["3 pods of revision old: not looked at"] };

  it("puts what needs attention first, and a reason once above its workloads", () => {
    const text = statusText(noted, { width: 80 });
    assert.ok(
      text
        .split("\n")
        .slice(0, -2)
        .every((line) => line.length <= 80),
    );
    sameAsGolden(join(__dirname, "texts/status.txt"), text);
  });

  it("has a line for each workload with -o wide", () => {
    sameAsGolden(join(__dirname, "texts/status-wide.txt"), statusText(noted, { each: true }));
  });

  it("counts the workloads of a reason that many share, and names how far restarts are", () => {
    const [first] = mesh.namespaces;
    assert.ok(first);
    const stale = { pods: 3, stalePods: 1, state: "stale" as const, differences: [] };
    const differences = [{ field: "istio-proxy limits.cpu", from: "2", to: "1" }];
    const workloads = ["a", "b"].map((name) => ({ ...stale, name, differences }));
    const text = statusText({
      ...mesh,
      namespaces: [
        { ...first, name: "shop", workloads: [...workloads, { ...stale, name: "c", progress: "half" }] },
      ],
    });
    assert.match(
      text,
      /^stale, 2 workloads: proxyResources\.limits\.cpu 2 -> 1\n {2}shop +a +1 of 3\n {2}shop +b +1 of 3$/m,
    );
    assert.match(text, /^stale\n {2}shop +c +1 of 3 +half$/m);
  });

  it("colours the words and not the gaps", () => {
    const paint = (tone: string, word: string) => `<${tone}>${word}</>`;
    const text = statusText(mesh, { paint });
    assert.match(text, /<heading>NAMESPACE<\/> {2}<heading>WORKLOAD<\/>/);
    assert.match(text, /^<bad>stale<\/>: proxyResources/m);
    assert.match(text, /<good>7 up to date<\/>/);
    assert.match(statusText(mesh, { paint, each: true }), /<bad>stale<\/> {7}proxyResources/);
  });

  it("says so when there is nothing", () => {
    assert.equal(statusText({ ...mesh, namespaces: [] }), "no workloads with sidecars\n");
  });

  it("can't be made to move the cursor", () => {
    const named: MeshStatus = {
      ...mesh,
      namespaces: [
        {
          name: "\u001b[2Jevil",
          revision: "default",
          settings: {},
          workloads: [{ name: "a\nb", pods: 1, state: "waiting", why: "\u202ex\u0007" }],
        },
      ],
    };
    for (const character of ["\u001b", "\u0007", "\u202e"])
      assert.equal(statusText(named).includes(character), false);
    assert.match(statusText(named), /\\u001b\[2Jevil {2}a\\u000ab/);
  });

  it("is settled when everything is up to date or masked", () => {
    assert.equal(isSettled(mesh), false);
    const states = (state: "current" | "masked" | "unknown") => ({
      namespaces: [
        { name: "a", revision: "default", settings: {}, workloads: [{ name: "x", pods: 1, state }] },
      ],
    });
    assert.equal(isSettled({ ...mesh, ...states("masked") }), true);
    assert.equal(isSettled({ ...mesh, ...states("unknown") }), false);
    const notes = ["istio-system/istio-sidecar-injector: forbidden"];
    assert.equal(isSettled({ ...mesh, ...states("current"), notes }), false);
  });

  it("has a table of what is not current in Markdown", () => {
    const text = statusMarkdown(mesh);
    sameAsGolden(join(__dirname, "texts/status.md"), text);
    assert.match(
      text,
      /- `istio-system\/istio-sidecar-injector`: revision default, Istio 1\.31\.0, 12 layers/,
    );
    assert.equal(text.split("\n").filter((line) => line.startsWith("| `team")).length, 5);
  });

  it("compares two states line by line, and is empty without changes", () => {
    const [first] = mesh.namespaces;
    assert.ok(first);
    const workloads = first.workloads.map((one, at) =>
      at === 0 ? { name: one.name, pods: one.pods, state: "current" as const } : one,
    );
    const after = {
      ...mesh,
      namespaces: [{ ...first, workloads: workloads.slice(0, 5) }, ...mesh.namespaces.slice(1)],
    };
    assert.deepEqual(statusChanges(mesh, mesh), []);
    assert.deepEqual(statusChanges(mesh, after).slice(0, 2), [
      "team-000/Deployment/service-00: stale -> up to date",
      "team-000/Deployment/service-05: gone",
    ]);
  });
});
