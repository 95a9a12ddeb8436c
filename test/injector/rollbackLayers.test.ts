import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type FormerLayer, LayerHistory } from "../../provider/injector/LayerHistory";
import { PlannedLayers } from "../../provider/injector/PlannedLayers";
import { layersToRollBack } from "../../provider/injector/rollbackLayers";

const [was, is, earlier] = ["1", "2", "3"].map((cpu) => ({ "proxyResources.limits.cpu": cpu }));
interface Known {
  target: string;
  settings?: typeof is;
  onFailure?: "rollback" | "stop" | "continue";
  /** By its rollout's state; `never`: the rollout is created by this `up`. */
  rolled?: FormerLayer | "never";
  /** By this process, before it wrote. */
  written?: FormerLayer;
}

/** Target -> what it goes back to, when the rollout of `failing` fails. */
function goBack(failing: string, known: readonly Known[]): Record<string, unknown> {
  const [planned, history] = [new PlannedLayers(), new LayerHistory()];
  for (const { target, settings = is, onFailure = "rollback", rolled, written } of known) {
    planned.note(
      target,
      { settings: settings ?? {}, rollout: { onFailure }, owner: `o/p/s:${target}`, injectorTimeout: 0 },
      false,
    );
    if (written) history.noteWritten(target, written);
    if (rolled === "never") history.noteNeverRolled(target);
    else if (rolled) history.noteRolled(target, rolled);
  }
  const layers = layersToRollBack({ planned, history }, failing);
  return Object.fromEntries(layers.map(({ target, former }) => [target, former.settings]));
}

describe("what goes back when a rollout fails", () => {
  const shop = { target: "shop", rolled: { settings: was ?? {} } };
  const rows: [string, string, Known[], Record<string, unknown>][] = [
    ["what its rollout last ended well with", "shop", [shop], { shop: was }],
    [
      "that, where an up between never ended",
      "shop",
      [{ ...shop, written: { settings: earlier ?? {} } }],
      { shop: was },
    ],
    [
      "a layer that no rollout ever ended with: taken out",
      "shop",
      [{ target: "shop", rolled: {} }],
      { shop: undefined },
    ],
    [
      "a new layer: taken out",
      "shop",
      [{ target: "shop", written: {}, rolled: "never" }],
      { shop: undefined },
    ],
    [
      "a layer that the injector had, of a lost state",
      "shop",
      [{ target: "shop", written: { settings: was ?? {} }, rolled: "never" }],
      { shop: was },
    ],
    [
      "of an earlier release's state: what the up before wrote",
      "shop",
      [{ target: "shop", written: { settings: was ?? {} } }],
      { shop: was },
    ],
    ["a layer of which nothing is known: stays", "shop", [{ target: "shop" }], {}],
    ["a layer that is as it was: stays", "shop", [{ target: "shop", rolled: { settings: is ?? {} } }], {}],
    ["a layer whose component says stop: stays", "shop", [{ ...shop, onFailure: "stop" }], {}],
    [
      "a namespace's and the global one, which meet in its pods, and no other namespace's",
      "shop",
      [shop, { ...shop, target: "*" }, { ...shop, target: "cart" }],
      { shop: was, "*": was },
    ],
    [
      "all that changed, when the global one fails",
      "*",
      [shop, { ...shop, target: "*" }, { target: "cart", rolled: { settings: is ?? {} } }],
      { shop: was, "*": was },
    ],
  ];
  for (const [edge, failing, known, expected] of rows)
    it(edge, () => assert.deepEqual(goBack(failing, known), expected));
});
