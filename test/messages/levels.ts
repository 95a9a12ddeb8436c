import { claimedTwice, ownedByAnother } from "../../provider/injector/layerOwner";
import { requireValidLayer } from "../../provider/injector/requireValidLayer";
import type { Layer, Layers } from "../../provider/levels/Layer";
import type { CanonicalSettings } from "../../provider/settings/canonicalSettings";
import { errorOf, type Situation } from "./Situation";

function layer(name: string, settings: CanonicalSettings, picks?: Layer["picks"]): Layer {
  return { owner: `acme/mesh/prod:${name}`, settings, ...(picks ? { picks } : {}) };
}

function conflict(target: string, layers: Layers, installed: CanonicalSettings = {}): string {
  return errorOf(() => requireValidLayer(target, layers, installed));
}

const limit = { "proxyResources.limits.cpu": "1" };
const request = { "proxyResources.requests.cpu": "2" };
const web = { selector: [{ key: "app", operator: "In" as const, values: ["web"] }], priority: 0 };
const canary = { selector: [{ key: "track", operator: "Exists" as const }], priority: 0 };

/** Settings of several levels, or of several programs, that don't go together. */
export const levels: readonly Situation[] = [
  ["a namespace of another stack", () => ownedByAnother("shop", "acme/mesh/prod:shop")],
  ["the global settings of another stack", () => ownedByAnother("*", "acme/mesh/prod:global")],
  [
    "two components for one namespace",
    () => claimedTwice("shop", ["acme/mesh/prod:shop", "acme/mesh/prod:shop-2"]),
  ],
  [
    "a namespace's request above the global limit",
    () => conflict("shop", { "*": layer("global", limit), shop: layer("shop", request) }),
  ],
  [
    "a global limit below the requests of two namespaces",
    () =>
      conflict("*", {
        "*": layer("global", limit),
        shop: layer("shop", request),
        cart: layer("cart", request),
      }),
  ],
  ["a request above the installed limit", () => conflict("shop", { shop: layer("shop", request) }, limit)],
  [
    "two workload layers of one priority that may pick the same pod",
    () =>
      conflict("shop/web", {
        "shop/web": layer("web", limit, web),
        "shop/canary": layer("canary", limit, canary),
      }),
  ],
];
