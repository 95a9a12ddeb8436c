import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it, type TestContext } from "node:test";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import type { MeshStatus } from "../../../provider/mesh/MeshStatus";
import { statusPage } from "../../../provider/report/page/statusPage";
import { largeMesh } from "../largeMesh";
import { openBrowser } from "./openBrowser";

const hostile = `<img src=x onerror="document.title='owned'">'"&\u202e\u0007</script><script>document.title='owned'</script>`;

function hostileMesh(): MeshStatus {
  return {
    server: hostile,
    context: hostile,
    at: "2026-11-22T09:30:00.000Z",
    injectors: [
      { configMap: hostile, revision: hostile, istio: hostile, layers: 1 },
      { configMap: "a", revision: "b", layers: 0 },
    ],
    namespaces: [
      {
        name: hostile,
        revision: hostile,
        owner: hostile,
        workloadSettings: [{ name: hostile, owner: hostile, selector: hostile, priority: 0, settings: {} }],
        settings: {
          [`lifecycle.${hostile}`]: { value: { exec: { command: [hostile] } }, source: "namespace" },
        },
        workloads: [
          {
            name: hostile,
            pods: 1,
            state: "stale",
            stalePods: 1,
            differences: [{ field: hostile, from: hostile, to: hostile }],
            why: hostile,
            left: hostile,
            progress: hostile,
            decidedByPod: [hostile],
          },
        ],
      },
    ],
    notes: [hostile],
  };
}

describe("the page of a mesh's status", () => {
  let browser: Browser | { missing: string };
  let folder: string;
  before(async () => {
    browser = await openBrowser();
    folder = await mkdtemp(join(tmpdir(), "sidecar-page-"));
  });
  after(async () => {
    if ("close" in browser) await browser.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** The page in the browser, with everything that it asks for or complains about. */
  const open = async (
    test: TestContext,
    mesh: MeshStatus,
    options: { colorScheme?: "light" | "dark"; javaScriptEnabled?: boolean; hash?: string } = {},
  ): Promise<{ page: Page; requests: string[]; complaints: string[] } | undefined> => {
    if ("missing" in browser) {
      test.skip(browser.missing);
      return undefined;
    }
    const { hash = "", ...context } = options;
    const page = await browser.newPage({ viewport: { width: 1400, height: 1000 }, ...context });
    test.after(() => page.close());
    const requests: string[] = [];
    const complaints: string[] = [];
    page.on("request", (request) => requests.push(request.url()));
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    const file = join(folder, "status.html");
    await writeFile(file, statusPage(mesh));
    await page.goto(`${pathToFileURL(file).href}${hash}`);
    return { page, requests, complaints };
  };

  it("has no markup of a hostile cluster, and fetches nothing", () => {
    const text = statusPage(hostileMesh());
    assert.equal(text.match(/<script>/g)?.length, 1);
    assert.doesNotMatch(text, /<(img|iframe|object|embed|form|base)\b|onerror="/);
    assert.equal(text.match(/<link\b/g)?.length, 1);
    // a text that turns its neighbours round, and one that rings
    assert.equal(text.includes("\u202e") || text.includes("\u0007"), false);
  });

  it("shows 5,000 workloads in seconds, without requests or errors", async (test) => {
    const began = Date.now();
    const opened = await open(test, largeMesh(250, 20));
    if (!opened) return;
    const { page, requests, complaints } = opened;
    assert.equal(await page.locator("#grid tbody tr:has(a)").count(), 250);
    assert.equal(await page.locator("tr[data-state]").count(), 5_000);
    assert.ok(Date.now() - began < 20_000, `${Date.now() - began} ms`);
    assert.deepEqual(requests.filter((url) => !url.startsWith("data:")).length, 1);
    assert.deepEqual(complaints, []);
  });

  it("finds workloads by any of their words, counts them, and shows all again", async (test) => {
    const opened = await open(test, largeMesh(250, 20));
    if (!opened) return;
    const { page } = opened;
    const search = page.getByRole("searchbox", { name: "Search namespaces, workloads, settings and values" });
    const result = page.getByRole("status");
    await page.keyboard.press("/");
    await page.keyboard.type("team-003 service-07");
    await result.filter({ hasText: "1 workload in 1 namespace" }).waitFor();
    assert.deepEqual(await page.locator("details.place:visible h3").allTextContents(), ["team-003"]);
    await search.fill("excludeInboundPorts 2 1500m");
    await result.filter({ hasText: "workloads in" }).waitFor();
    await page.getByRole("combobox", { name: "State" }).selectOption("waiting");
    await search.fill("");
    await result.filter({ hasText: "124 workloads in" }).waitFor();
    assert.equal(await page.locator("tr[data-state]:visible:not([data-state=waiting])").count(), 0);
    await search.fill("no such thing");
    await page.getByText("No matches.").waitFor();
    await search.press("Escape");
    await page.getByRole("combobox", { name: "State" }).selectOption("");
    await result.filter({ hasText: /^$/ }).waitFor({ state: "attached" });
    assert.equal(await page.locator("details.place:visible").count(), 250);
  });

  it("goes from the grid to a namespace's workloads by keyboard alone", async (test) => {
    const opened = await open(test, largeMesh(20, 5));
    if (!opened) return;
    const { page } = opened;
    await page.getByRole("link", { name: "team-007", exact: true }).focus();
    await page.keyboard.press("Enter");
    const place = page.locator("details.place", { has: page.getByRole("heading", { name: "team-007" }) });
    await place.locator("tbody tr").first().waitFor();
    assert.equal(await page.evaluate("document.activeElement.tagName"), "SUMMARY");
    await page.keyboard.press("Enter");
    assert.equal(await place.locator("tbody tr").first().isVisible(), false);
  });

  it("gives screen readers rows, columns and the source of each value", async (test) => {
    const opened = await open(test, largeMesh(6, 8), { hash: "#ns-0" });
    if (!opened) return;
    const { page } = opened;
    assert.deepEqual(await page.getByRole("heading", { level: 1 }).allTextContents(), [
      "Sidecar settings of prod-eu",
    ]);
    const sections = (await page.getByRole("heading", { level: 2 }).allTextContents()).map((text) =>
      text.replace(/ \(.*/, ""),
    );
    assert.deepEqual(sections, ["Needs attention", "Settings by namespace and workload", "Up to date"]);
    const grid = page.getByRole("table", { name: /Effective settings of each namespace/ });
    await grid.getByRole("columnheader", { name: "limits.cpu" }).waitFor();
    const row = grid
      .getByRole("row")
      .filter({ has: page.getByRole("rowheader", { name: "team-000", exact: true }) });
    await row.getByRole("cell", { name: "1500m from the namespace's settings" }).waitFor();
    await page.getByRole("table", { name: "Workloads of namespace team-000" }).waitFor();
    await page.getByRole("table", { name: "Differs on 1 of 1 pod" }).first().waitFor();
    assert.equal(
      await page.getByRole("region", { name: "Settings by namespace and workload" }).first().isVisible(),
      true,
    );
  });

  for (const width of [400, 800, 1280]) {
    it(`scrolls sideways in its tables only, ${width} pixels wide`, async (test) => {
      const opened = await open(test, largeMesh(30, 5));
      if (!opened) return;
      const { page } = opened;
      await page.setViewportSize({ width, height: 900 });
      await page.evaluate(
        "document.querySelectorAll('details.place').forEach((place) => { place.open = true; })",
      );
      assert.equal(await page.evaluate("document.documentElement.scrollWidth"), width);
    });
  }

  it("says which cluster it is of", async (test) => {
    const opened = await open(test, largeMesh(1, 5));
    if (!opened) return;
    const { page } = opened;
    await page.getByRole("heading", { level: 1, name: "Sidecar settings of prod-eu" }).waitFor();
    assert.match(await page.title(), /^prod-eu: /);
    const { context: _, ...unnamed } = largeMesh(1, 5);
    const other = await open(test, unnamed);
    await other?.page.getByRole("heading", { level: 1, name: /^Sidecar settings$/ }).waitFor();
  });

  it("has workload settings below their namespace, with their selectors, and hides them with it", async (test) => {
    const opened = await open(test, largeMesh(6, 5));
    if (!opened) return;
    const { page } = opened;
    const grid = page.getByRole("table", { name: /Effective settings of each namespace/ });
    const picked = page.getByRole("rowheader", {
      name: /^checkout in team-004, for pods with app in \(checkout,checkout-worker\)$/,
    });
    const row = grid.getByRole("row").filter({ has: picked });
    await row.getByRole("cell", { name: "4 from a workload's settings" }).waitFor();
    await page.getByRole("searchbox").fill("team-000");
    await picked.waitFor({ state: "hidden" });
    assert.equal(await grid.getByRole("rowheader", { name: /^checkout in team-000/ }).isVisible(), true);
    await page.getByRole("searchbox").fill("checkout-worker");
    await picked.waitFor({ state: "visible" });
  });

  it("leaves room for values beside the names in a narrow window", async (test) => {
    const opened = await open(test, largeMesh(6, 5));
    if (!opened) return;
    const { page } = opened;
    await page.setViewportSize({ width: 400, height: 900 });
    const name = await page.locator("#grid th.picked").first().boundingBox();
    assert.ok(name && name.width < 200, `${name?.width}`);
  });

  it("explains the states that it shows, and no others", async (test) => {
    const opened = await open(test, largeMesh(1, 2));
    if (!opened) return;
    const terms = await opened.page.locator("dl.states dt").allTextContents();
    assert.deepEqual(terms, ["stale", "waiting"]);
    await opened.page.getByText("stale, but not restarted now, for the reason given").waitFor();
  });

  it("shows our settings, and Istio's own values by a switch", async (test) => {
    const large = largeMesh(3, 2);
    const installed = { "capture.includeInboundPorts": { value: "*", source: "installed" } } as const;
    const mesh = {
      ...large,
      namespaces: large.namespaces.map((one) => ({ ...one, settings: { ...one.settings, ...installed } })),
    };
    const opened = await open(test, mesh);
    if (!opened) return;
    const { page } = opened;
    const own = page.getByRole("columnheader", { name: "includeInboundPorts" });
    assert.equal(await own.isVisible(), false);
    assert.equal(await page.getByRole("columnheader", { name: "limits.cpu" }).isVisible(), true);
    await page.getByRole("checkbox", { name: /Show Istio's own values \(\d+ settings?\)/ }).check();
    assert.equal(await own.isVisible(), true);
  });

  it("filters by its chips, and shows all again", async (test) => {
    const opened = await open(test, largeMesh(20, 5));
    if (!opened) return;
    const { page } = opened;
    const chip = page.getByRole("button", { name: /\d+waiting/ });
    await chip.click();
    assert.equal(await chip.getAttribute("aria-pressed"), "true");
    assert.equal(await page.getByRole("combobox", { name: "State" }).inputValue(), "waiting");
    assert.equal(await page.locator("tr[data-state]:visible:not([data-state=waiting])").count(), 0);
    await chip.click();
    assert.equal(await page.getByRole("combobox", { name: "State" }).inputValue(), "");
  });

  for (const colorScheme of ["light", "dark"] as const) {
    it(`has text with enough contrast in ${colorScheme}`, async (test) => {
      const opened = await open(test, largeMesh(6, 8), { colorScheme });
      if (!opened) return;
      const poor = await opened.page.evaluate(poorContrasts);
      assert.deepEqual(poor, []);
    });
  }

  it("is readable without its script, and as hostile text", async (test) => {
    const opened = await open(test, largeMesh(6, 8), { javaScriptEnabled: false });
    if (!opened) return;
    assert.equal(await opened.page.getByRole("searchbox").isVisible(), false);
    const closed = opened.page.locator("section[aria-labelledby=others] details.place").first();
    await closed.locator("summary").click();
    assert.equal(await closed.locator("tbody tr").first().isVisible(), true);
    const bad = await open(test, hostileMesh());
    if (!bad) return;
    assert.match(await bad.page.title(), /: Sidecar settings: 1 workload/);
    assert.deepEqual(bad.complaints, []);
    assert.equal(bad.requests.filter((url) => !url.startsWith("data:")).length, 1);
    await bad.page.getByText(`onerror="document.title='owned'"`).first().waitFor();
  });
});

/** Runs in the page: texts whose contrast with what is behind them is below 4.5 to 1, as WCAG 2 counts it. */
const poorContrasts = `(() => {
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((part) => {
    const share = part / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }).reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const found = new Set();
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== "");
    if (!own || !element.checkVisibility() || ["SCRIPT", "OPTION"].includes(element.tagName)) continue;
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(ground(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) found.add(element.tagName + "." + element.className + " " + contrast.toFixed(2));
  }
  return [...found];
})()`;
