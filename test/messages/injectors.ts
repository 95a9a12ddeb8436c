import { compose } from "../../provider/configMap/compose";
import { layersOf } from "../../provider/configMap/layersOf";
import { named } from "../../provider/data/InjectorRefusal";
import { NoInjector } from "../../provider/injector/NoInjector";
import type { CanonicalSettings } from "../../provider/settings/canonicalSettings";
import { config, data } from "../configMap/injectorText";
import { errorOf, type Situation } from "./Situation";

const cpu: CanonicalSettings = { "proxyResources.limits.cpu": "1" };
const configMap = "istio-system/istio-sidecar-injector";

function refused(part: Partial<typeof data>, settings = cpu): string {
  const layers = { shop: { owner: "acme/mesh/prod:shop", settings } };
  return errorOf(() => named(configMap, () => compose({ ...data, ...part }, layers)));
}

function unread(stored: unknown): string {
  const values = JSON.stringify({ global: { proxy: {}, sidecarSettings: stored } });
  return errorOf(() => named(configMap, () => void layersOf({ ...data, values })));
}

function absent(revision: string, revisions?: string[], tags: [string, string][] = []): string {
  const there = revisions && { revisions, tags: new Map(tags) };
  return new NoInjector(configMap, "istio-system", revision, there).message;
}

/** Why settings can't be added to an injector, or which one there is instead. */
export const injectors: readonly Situation[] = [
  ["no injector, and no right to list others", () => absent("default")],
  ["no injector at all", () => absent("default", [])],
  ["only injectors of revisions", () => absent("default", ["1-28", "1-29"], [["prod", "1-28"]])],
  ["a revision that does not exist", () => absent("1-27", ["1-28", "1-29"])],
  ["a tag in place of a revision", () => absent("prod", ["1-28"], [["prod", "1-28"]])],
  ["no template of the name sidecar", () => refused({ config: "templates:\n  gateway: x\n" })],
  ["one template, as Istio had it before 1.10", () => refused({ config: "template: x\n" })],
  ["a config that is cut off", () => refused({ config: "templates: {" })],
  ["a key twice", () => refused({ config: `${config}policy: x\n` })],
  ["aliases as a list", () => refused({ config: `${config}aliases: [sidecar]\n` })],
  ["values without global", () => refused({ values: "{}" })],
  ["Istio 1.17", () => refused({ values: '{"global":{"proxy":{},"tag":"1.17.1"}}' })],
  ["another template by default", () => refused({ config: `${config}defaultTemplates: [mine]\n` })],
  [
    "Helm values that the template reads by a variable",
    () => refused({ config: config.replace("metadata:\n", "{{ $v := .Values }}\n    metadata:\n") }),
  ],
  [
    "a template that never reads the value of a setting",
    () =>
      refused(
        { config: config.replace(/.*includeOutboundPorts.*\n/, "") },
        { "capture.includeOutboundPorts": "80" },
      ),
  ],
  [
    "a setting that this release of Istio does not have",
    () =>
      refused(
        {
          config: config.replace("not .NativeSidecars", "true"),
          values: JSON.stringify({ global: { proxy: {}, tag: "1.24.6" } }),
        },
        { nativeSidecar: true },
      ),
  ],
  ["a variable that Istio sets itself", () => refused({}, { "env.TRUST_DOMAIN": "mine" })],
  ["layers of a newer release of this package", () => unread({ version: 2 })],
  ["layers that somebody edited", () => unread({ version: 1, layers: {} })],
];
